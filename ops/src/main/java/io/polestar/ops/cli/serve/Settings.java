package io.polestar.ops.cli.serve;

import io.polestar.broker.BrokerConfig;
import io.polestar.client.config.NearestName;
import io.polestar.ops.cli.CliException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.server.config.ServerLogConfigs;

/**
 * A broker's settings in layers, a later one over an earlier one, each value with where it was given, so that a refusal
 * can say so.
 */
final class Settings {
    private record Given(String value, String origin) {}

    private final Map<String, Given> given = new LinkedHashMap<>();

    /** Lays a value over what there is. */
    void put(String name, String value, String origin) {
        // Kafka reads log.dirs before log.dir, whichever was given last.
        if (name.equals(ServerLogConfigs.LOG_DIR_CONFIG)) {
            given.remove(ServerLogConfigs.LOG_DIRS_CONFIG);
        }
        given.put(name, new Given(value, origin));
    }

    void putAll(Map<String, String> layer, String origin) {
        layer.forEach((name, value) -> put(name, value, origin));
    }

    /**
     * The checked config.
     *
     * @throws CliException naming where it was given, the property, its value, and what is allowed
     */
    BrokerConfig config() {
        given.forEach(Settings::check);
        try {
            return BrokerConfig.of(given.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().value())));
        } catch (ConfigException | IllegalArgumentException e) {
            throw CliException.refused(originsNamedIn(e.getMessage()) + e.getMessage(), e);
        }
    }

    private static void check(String name, Given given) {
        ConfigDef.ConfigKey key = BrokerConfig.DEFINITION.configKeys().get(name);
        if (key != null) {
            checkValue(key, given);
        } else if (!name.startsWith("listener.name.")) {
            throw CliException.refused(given.origin() + ": unknown property " + name
                    + NearestName.of(name, BrokerConfig.DEFINITION.names())
                            .map(nearest -> "; the nearest is " + nearest)
                            .orElse(""));
        }
    }

    private static void checkValue(ConfigDef.ConfigKey key, Given given) {
        try {
            Object parsed = ConfigDef.parseType(key.name, given.value(), key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
        } catch (ConfigException e) {
            String shown = key.type == ConfigDef.Type.PASSWORD ? "[hidden]" : given.value();
            throw CliException.refused(
                    given.origin() + ": " + key.name + " = " + shown + " is refused; allowed: " + allowed(key), e);
        }
    }

    private static String allowed(ConfigDef.ConfigKey key) {
        String type = switch (key.type) {
            case INT, LONG, SHORT -> "a whole number";
            case DOUBLE -> "a number";
            case BOOLEAN -> "true or false";
            case LIST -> "a comma-separated list";
            case CLASS -> "a class name";
            case STRING, PASSWORD -> "text";
        };
        return key.validator == null ? type : type + ", " + key.validator;
    }

    /** The origin of the properties that a message names, if it names any that was given. */
    private String originsNamedIn(String message) {
        String origins = given.entrySet().stream()
                .filter(entry -> message.contains(entry.getKey()))
                .map(entry -> entry.getValue().origin())
                .distinct()
                .collect(Collectors.joining(", "));
        return origins.isEmpty() ? "" : origins + ": ";
    }
}
