package io.polestar.broker.config;

import io.polestar.broker.config.ConfigDescriber.Detail;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.apache.kafka.metadata.KafkaConfigSchema;

/** What the descriptions of all kinds of configs have in common. */
final class ConfigEntries {
    private static final Map<String, ConfigType> WIRE_TYPES = wireTypes();

    private ConfigEntries() {}

    private static Map<String, ConfigType> wireTypes() {
        Map<String, ConfigType> types = new HashMap<>();
        for (ConfigType type : ConfigType.values()) {
            types.put(type.name(), type);
        }
        return types;
    }

    /** Whether the client wants this config: no names given means all. */
    static boolean wanted(DescribeConfigsResource resource, String name) {
        List<String> keys = resource.configurationKeys();
        return keys == null || keys.isEmpty() || keys.contains(name);
    }

    /** The values of a config that are not internal, and what was given that the definition does not know. */
    static Map<String, Object> values(AbstractConfig config) {
        Map<String, Object> values = new HashMap<>(config.originals());
        values.values().removeIf(value -> value == null);
        values.putAll(config.nonInternalValues());
        return values;
    }

    /** A config whose type is not known may be a secret. */
    static boolean sensitive(Optional<ConfigDef.Type> type) {
        return type.isEmpty() || type.get() == ConfigDef.Type.PASSWORD;
    }

    static Optional<ConfigDef.Type> type(ConfigDef definition, String name) {
        ConfigKey key = definition.configKeys().get(name);
        return key == null ? Optional.empty() : Optional.of(key.type);
    }

    /** The value as clients see it: never a secret. */
    static String shown(Object value, Optional<ConfigDef.Type> type) {
        if (sensitive(type)) {
            return null;
        }
        return value instanceof String text ? text : ConfigDef.convertToString(value, type.get());
    }

    static DescribeConfigsSynonym synonym(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    /** An entry; its source is that of the first synonym, or the default. */
    static DescribeConfigsResourceResult entry(
            String name,
            Object value,
            Optional<ConfigDef.Type> type,
            List<DescribeConfigsSynonym> synonyms,
            Detail detail) {
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(shown(value, type))
                .setConfigSource(
                        synonyms.isEmpty()
                                ? ConfigSource.DEFAULT_CONFIG.id()
                                : synonyms.get(0).source())
                .setIsSensitive(sensitive(type))
                .setReadOnly(false)
                .setSynonyms(detail.synonyms() ? synonyms : List.of())
                .setConfigType(wireType(type).id());
    }

    private static ConfigType wireType(Optional<ConfigDef.Type> type) {
        return type.map(t ->
                        WIRE_TYPES.get(KafkaConfigSchema.translateConfigType(t).name()))
                .orElse(ConfigType.UNKNOWN);
    }
}
