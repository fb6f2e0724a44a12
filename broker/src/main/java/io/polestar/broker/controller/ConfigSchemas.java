package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/** The types and defaults of the broker's and the topics' configs, in the forms that Kafka's modules take. */
public final class ConfigSchemas {

    /** Definitions of broker and topic configs, for the controller. */
    static final KafkaConfigSchema SCHEMA = new KafkaConfigSchema(
            Map.of(
                    ConfigResource.Type.BROKER,
                    new ConfigDef(BrokerConfig.DEFINITION),
                    ConfigResource.Type.TOPIC,
                    LogConfig.configDefCopy()),
            ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);

    private ConfigSchemas() {}

    /** The topic configs that the broker's own settings give to a topic without overrides, by topic config name. */
    public static Map<String, Object> topicDefaults(BrokerConfig config) {
        Map<String, Object> defaults = new HashMap<>();
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.forEach((topicConfig, synonyms) -> {
            String value = firstSet(config, synonyms);
            if (value != null) {
                defaults.put(topicConfig, value);
            }
        });
        return defaults;
    }

    private static String firstSet(BrokerConfig config, List<ConfigSynonym> synonyms) {
        for (ConfigSynonym synonym : synonyms) {
            Object value = config.values().get(synonym.name());
            if (value != null) {
                ConfigDef.Type type = BrokerConfig.DEFINITION.configKeys().get(synonym.name()).type;
                return synonym.converter().apply(ConfigDef.convertToString(value, type));
            }
        }
        return null;
    }
}
