package io.polestar.broker;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.server.config.ConfigSynonym;

/**
 * The topic configs that Kafka has no name for. The broker setting of the same name is the default of each, but for those
 * that make a view.
 */
public final class PolestarTopicConfigs {
    public static final String DURABILITY = "polestar.durability";
    static final String DURABILITY_DOC =
            "When a record counts as committed: os (in the page cache: survives a crash of the broker), sync (on the disk: survives a power"
                    + " cut), interval (as os, and on the disk within polestar.durability.interval.ms).";
    static final String DURABILITY_DEFAULT = "os";
    static final ValidString DURABILITY_VALUES = ValidString.in("os", "sync", "interval");

    public static final String DURABILITY_INTERVAL_MS = "polestar.durability.interval.ms";
    static final String DURABILITY_INTERVAL_MS_DOC =
            "Milliseconds within which a record of a topic with polestar.durability=interval is on the disk.";
    public static final long DURABILITY_INTERVAL_MS_DEFAULT = 1000;
    static final Range DURABILITY_INTERVAL_MS_VALUES = Range.atLeast(1);

    /** These configs alone; {@link BrokerConfig#TOPIC_DEFINITION} has Kafka's too. */
    public static final ConfigDef DEFINITION = ViewConfigs.addTo(new ConfigDef()
            .define(DURABILITY, Type.STRING, DURABILITY_DEFAULT, DURABILITY_VALUES, Importance.HIGH, DURABILITY_DOC)
            .define(
                    DURABILITY_INTERVAL_MS,
                    Type.LONG,
                    DURABILITY_INTERVAL_MS_DEFAULT,
                    DURABILITY_INTERVAL_MS_VALUES,
                    Importance.MEDIUM,
                    DURABILITY_INTERVAL_MS_DOC));

    /** For each the broker setting that is its default; a view's configs have none. */
    static final Map<String, List<ConfigSynonym>> SYNONYMS = DEFINITION.names().stream()
            .filter(PolestarTopicConfigs::hasBrokerDefault)
            .collect(Collectors.toUnmodifiableMap(name -> name, name -> List.of(new ConfigSynonym(name))));

    private PolestarTopicConfigs() {}

    /**
     * Checks those of a topic's configs that are ours.
     *
     * @throws InvalidConfigurationException naming the config and what it may be
     */
    public static void validate(Map<String, String> configs) {
        configs.forEach((name, value) -> {
            if (DEFINITION.names().contains(name)) {
                validate(name, value);
            }
        });
        ViewConfigs.validate(configs);
    }

    /** Whether the broker setting of the same name is the topic config's default. */
    public static boolean hasBrokerDefault(String name) {
        return DEFINITION.names().contains(name) && !ViewConfigs.isOfViews(name);
    }

    private static void validate(String name, String value) {
        try {
            DEFINITION.parse(Map.of(name, value));
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage());
        }
    }

    /** The configs that are Kafka's. */
    public static Map<String, String> withoutOurs(Map<String, String> configs) {
        return configs.entrySet().stream()
                .filter(config -> !DEFINITION.names().contains(config.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
