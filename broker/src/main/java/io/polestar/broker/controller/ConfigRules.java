package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarTopicConfigs;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.controller.ConfigurationValidator;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What the controller accepts as a config of a topic, broker, group or metrics subscription. Immutable; called on the
 * controller's thread.
 */
final class ConfigRules implements ConfigurationValidator {
    private final Map<String, Object> topicDefaults;
    private final GroupCoordinatorConfig groups;
    private final ShareGroupConfig shareGroups;

    ConfigRules(BrokerConfig config) {
        this.topicDefaults = ConfigSchemas.topicDefaults(config);
        this.groups = new GroupCoordinatorConfig(config);
        this.shareGroups = new ShareGroupConfig(config);
    }

    @Override
    public void validate(ConfigResource resource) {
        switch (resource.type()) {
            case TOPIC -> checkTopicName(resource.name());
            case BROKER -> checkBrokerName(resource.name());
            default -> throw unknownType(resource);
        }
    }

    @Override
    public void validate(ConfigResource resource, Map<String, String> changed, Map<String, String> existing) {
        switch (resource.type()) {
            case TOPIC -> {
                checkTopicName(resource.name());
                checkTopic(refuseNulls("topic", changed), existing);
            }
            case BROKER -> checkBrokerName(resource.name());
            case CLIENT_METRICS ->
                ClientMetricsConfigs.validate(resource.name(), refuseNulls("client metrics", changed));
            case GROUP -> {
                checkGroupName(resource.name());
                GroupConfig.validate(refuseNulls("group", changed), groups, shareGroups);
            }
            default -> throw unknownType(resource);
        }
    }

    private void checkTopic(Map<String, String> changed, Map<String, String> existing) {
        PolestarTopicConfigs.validate(changed);
        LogConfig.validate(
                PolestarTopicConfigs.withoutOurs(existing),
                PolestarTopicConfigs.withoutOurs(changed),
                topicDefaults,
                false);
    }

    private static void checkTopicName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("A default for all topics is not allowed; name a topic");
        }
        Topic.validate(name);
    }

    private static void checkGroupName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("A default for all groups is not allowed; name a group");
        }
    }

    private static void checkBrokerName(String name) {
        if (!name.isEmpty() && parseBrokerId(name) < 0) {
            throw new InvalidRequestException("Broker id " + name + " is negative");
        }
    }

    private static int parseBrokerId(String name) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Broker name '" + name + "' is not a number");
        }
    }

    private static Map<String, String> refuseNulls(String kind, Map<String, String> configs) {
        TreeSet<String> nulls = new TreeSet<>();
        configs.forEach((name, value) -> {
            if (value == null) {
                nulls.add(name);
            }
        });
        if (!nulls.isEmpty()) {
            throw new InvalidConfigurationException(
                    "Null value not supported for " + kind + " configs: " + String.join(",", nulls));
        }
        return new HashMap<>(configs);
    }

    private static InvalidRequestException unknownType(ConfigResource resource) {
        return new InvalidRequestException("Unknown resource type " + resource.type());
    }
}
