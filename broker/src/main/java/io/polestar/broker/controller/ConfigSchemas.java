package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;

/** The defaults of the topics' configs, in the form that Kafka's modules take. */
public final class ConfigSchemas {

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
