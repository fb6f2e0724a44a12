package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarTopicConfigs;
import io.polestar.broker.ViewConfigs;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.config.DynamicBrokerConfig;

/**
 * What the broker itself checks of a change of configs before the controller sees it. Safe for use from any thread.
 *
 * <p>Every check throws an {@link org.apache.kafka.common.errors.ApiException} that says what is wrong.
 */
public final class ConfigChecks {
    private final BrokerConfig config;
    private final MetadataCache cache;
    private final Access access;

    public ConfigChecks(BrokerConfig config, MetadataCache cache, Access access) {
        this.config = config;
        this.cache = cache;
        this.access = access;
    }

    /** Changes on top of what the resource has. */
    public void checkIncremental(ConfigResource resource, List<ConfigChange> changes) {
        checkForm(changes);
        checkType(resource);
        if (resource.type() == ConfigResource.Type.BROKER) {
            Properties stored = cache.config(resource);
            changes.forEach(change -> apply(stored, change));
            checkBroker(resource, stored);
        } else if (resource.type() == ConfigResource.Type.TOPIC) {
            checkView(resource, changes);
        }
    }

    private void checkView(ConfigResource resource, List<ConfigChange> changes) {
        Properties stored = cache.config(resource);
        changes.forEach(change -> ViewConfigs.requireChangeable(
                stored, change.name(), change.operation() == OpType.DELETE ? null : change.value()));
    }

    /** Changes that replace all the resource has. */
    public void checkReplacement(ConfigResource resource, List<ConfigChange> changes) {
        checkForm(changes);
        checkType(resource);
        if (resource.type() == ConfigResource.Type.BROKER) {
            Properties replacement = new Properties();
            changes.forEach(change -> replacement.setProperty(change.name(), change.value()));
            checkBroker(resource, replacement);
        } else if (resource.type() == ConfigResource.Type.TOPIC) {
            checkView(resource, changes);
            ViewConfigs.requireKept(
                    cache.config(resource),
                    changes.stream().map(ConfigChange::name).collect(Collectors.toSet()));
        }
    }

    static void checkForm(List<ConfigChange> changes) {
        Set<String> names = new HashSet<>();
        for (ConfigChange change : changes) {
            if (!names.add(change.name())) {
                throw new InvalidRequestException("Error due to duplicate config keys");
            }
            if (change.operation() == null) {
                throw new InvalidRequestException("Unknown operation type for " + change.name());
            }
        }
        String nulls = changes.stream()
                .filter(change -> change.operation() != OpType.DELETE && change.value() == null)
                .map(ConfigChange::name)
                .collect(Collectors.joining(", "));
        if (!nulls.isEmpty()) {
            throw new InvalidRequestException("Null value not supported for : " + nulls);
        }
    }

    private static void checkType(ConfigResource resource) {
        switch (resource.type()) {
            case TOPIC, BROKER, CLIENT_METRICS, GROUP -> {}
            default -> throw new InvalidRequestException("Unknown resource type " + resource.type());
        }
    }

    private void checkBroker(ConfigResource resource, Properties changed) {
        boolean ofThisBroker = !resource.name().isEmpty();
        if (ofThisBroker) {
            NodeIds.require(config.nodeId(), resource.name());
        }
        try {
            DynamicBrokerConfig.validateConfigs(changed, ofThisBroker);
            checkOurs(changed);
            checkReconfiguration(changed, ofThisBroker);
        } catch (ApiException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InvalidRequestException(e.getMessage());
        }
    }

    private void checkReconfiguration(Properties changed, boolean ofThisBroker) {
        Properties cluster = cache.config(new ConfigResource(ConfigResource.Type.BROKER, ""));
        Properties node =
                cache.config(new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(config.nodeId())));
        ReconfigurationRules.check(
                effective(cluster, node), ofThisBroker ? effective(cluster, changed) : effective(changed, node));
    }

    private BrokerConfig effective(Properties cluster, Properties node) {
        return config.overriddenBy(List.of(DynamicConfigs.asMap(cluster), DynamicConfigs.asMap(node)));
    }

    /** Kafka's checks let pass what they do not know. */
    private static void checkOurs(Properties changed) {
        changed.stringPropertyNames().stream()
                .filter(PolestarTopicConfigs::hasBrokerDefault)
                .forEach(name -> PolestarTopicConfigs.DEFINITION.parse(Map.of(name, changed.getProperty(name))));
    }

    private static void apply(Properties stored, ConfigChange change) {
        switch (change.operation()) {
            case SET -> stored.setProperty(change.name(), change.value());
            case DELETE -> stored.remove(change.name());
            case APPEND -> {
                List<String> list = list(stored, change);
                items(change.value()).stream()
                        .filter(item -> !list.contains(item))
                        .forEach(list::add);
                stored.setProperty(change.name(), String.join(",", list));
            }
            case SUBTRACT -> {
                List<String> list = list(stored, change);
                items(change.value()).forEach(list::remove);
                stored.setProperty(change.name(), String.join(",", list));
            }
        }
    }

    private static List<String> list(Properties stored, ConfigChange change) {
        ConfigDef.ConfigKey key = BrokerConfig.DEFINITION.configKeys().get(change.name());
        if (key == null) {
            throw new InvalidConfigurationException("Unknown config name: " + change.name());
        }
        if (key.type != ConfigDef.Type.LIST) {
            throw new InvalidConfigurationException("Config value "
                    + change.operation().name().toLowerCase(java.util.Locale.ROOT)
                    + " is not allowed for config key: " + change.name());
        }
        String byDefault = ConfigDef.convertToString(key.defaultValue, key.type);
        return new ArrayList<>(items(stored.getProperty(change.name(), byDefault)));
    }

    private static List<String> items(String list) {
        return list == null || list.isEmpty() ? List.of() : List.of(list.split(","));
    }

    /** Whether the client may change the resource's configs. */
    public void authorize(RequestContext context, ConfigResource resource) {
        switch (resource.type()) {
            case TOPIC -> {
                if (!allowed(context, ResourceType.TOPIC, resource.name())) {
                    throw new TopicAuthorizationException(Set.of(resource.name()));
                }
            }
            case GROUP -> {
                if (!allowed(context, ResourceType.GROUP, resource.name())) {
                    throw new GroupAuthorizationException(resource.name());
                }
            }
            default -> {
                if (!allowed(context, ResourceType.CLUSTER, Access.CLUSTER_NAME)) {
                    throw new ClusterAuthorizationException("Cluster authorization failed.");
                }
            }
        }
    }

    private boolean allowed(RequestContext context, ResourceType type, String name) {
        return access.allowed(context, AclOperation.ALTER_CONFIGS, type, name);
    }
}
