package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.DynamicConfig;

/**
 * Where the value of a broker config comes from: this broker's dynamic config over the cluster's over the broker's file
 * over Kafka's default. Safe for use from any thread.
 */
final class BrokerSynonyms {
    private final BrokerConfig config;
    private final MetadataCache cache;
    private final Map<String, String> fromFile = new HashMap<>();
    private final Map<String, String> defaults = new HashMap<>();

    BrokerSynonyms(BrokerConfig config, MetadataCache cache) {
        this.config = config;
        this.cache = cache;
        config.originals().forEach((name, value) -> fromFile.put(name, String.valueOf(value)));
        BrokerConfig.DEFINITION.configKeys().forEach((name, key) -> {
            if (key.hasDefault() && key.defaultValue != null) {
                defaults.put(name, ConfigDef.convertToString(key.defaultValue, key.type));
            }
        });
    }

    /** The dynamic configs of this broker alone. */
    Map<String, String> ofBroker() {
        return dynamic(Integer.toString(config.nodeId()));
    }

    /** The dynamic configs of all brokers. */
    Map<String, String> ofCluster() {
        return dynamic("");
    }

    private Map<String, String> dynamic(String resource) {
        Map<String, String> configs = new HashMap<>();
        cache.config(new ConfigResource(ConfigResource.Type.BROKER, resource))
                .forEach((name, value) -> configs.put((String) name, (String) value));
        return configs;
    }

    /** The type of a broker config, also of one of a listener; empty for what Kafka does not know. */
    static Optional<ConfigDef.Type> type(String name) {
        Optional<ConfigDef.Type> exact = exactType(name);
        if (exact.isPresent()) {
            return exact;
        }
        return DynamicBrokerConfig.brokerConfigSynonyms(name, true).stream()
                .flatMap(synonym -> exactType(synonym).stream())
                .findFirst();
    }

    private static Optional<ConfigDef.Type> exactType(String name) {
        return ConfigEntries.type(BrokerConfig.DEFINITION, name)
                .or(() -> Optional.ofNullable(DynamicConfig.Broker.configKeys().get(name))
                        .map(key -> key.type));
    }

    /** The values under this config's names, the one in force first. */
    List<DescribeConfigsSynonym> of(String name) {
        List<DescribeConfigsSynonym> found = new ArrayList<>();
        List<String> names = DynamicBrokerConfig.brokerConfigSynonyms(name, true);
        boolean secret = ConfigEntries.sensitive(type(name));
        add(found, names, ofBroker(), ConfigSource.DYNAMIC_BROKER_CONFIG, secret);
        add(found, names, ofCluster(), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, secret);
        add(found, names, fromFile, ConfigSource.STATIC_BROKER_CONFIG, secret);
        add(found, names, defaults, ConfigSource.DEFAULT_CONFIG, secret);
        return startingWith(name, found);
    }

    private static void add(
            List<DescribeConfigsSynonym> found,
            List<String> names,
            Map<String, String> values,
            ConfigSource source,
            boolean secret) {
        for (String name : names) {
            if (values.containsKey(name)) {
                found.add(ConfigEntries.synonym(name, secret ? null : values.get(name), source));
            }
        }
    }

    /** A listener's override comes before the config itself but is none of its synonyms. */
    private static List<DescribeConfigsSynonym> startingWith(String name, List<DescribeConfigsSynonym> synonyms) {
        for (int i = 0; i < synonyms.size(); i++) {
            if (synonyms.get(i).name().equals(name)) {
                return synonyms.subList(i, synonyms.size());
            }
        }
        return List.of();
    }
}
