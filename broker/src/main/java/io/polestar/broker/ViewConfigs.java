package io.polestar.broker;

import io.polestar.protocol.pattern.InvalidPatternException;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/** The topic configs that make a topic a view of others. A topic is a view from its creation on, or never. */
public final class ViewConfigs {
    public static final String PATTERN = "polestar.view.pattern";
    static final String PATTERN_DOC =
            "Makes the topic a view: read-only, it shows the records of all topics that match, such as weather.*.london (* is one level, a last >"
                    + " all further ones). Internal topics, other views, and dead letters (.dead) that the pattern does not name are left out.";

    public static final String WHERE = "polestar.view.where";
    static final String WHERE_DOC =
            "Of a view: header.NAME=VALUE, or header.NAME for a header that is there; several with commas between, of which all must hold. Other"
                    + " records are not in the view.";

    public static final String WHERE_KEY = "polestar.view.where.key";
    static final String WHERE_KEY_DOC = "Of a view: what the key of a record in it begins with, as UTF-8.";

    public static final String SOURCE_HEADERS = "polestar.view.source.headers";
    static final String SOURCE_HEADERS_DOC =
            "Of a view: whether each record has the headers polestar.source.topic, .partition and .offset. Without them, batches are served as they"
                    + " are stored, without a copy.";

    public static final String BACKFILL = "polestar.view.backfill";
    static final String BACKFILL_DOC =
            "Of a view: whether it begins with what its sources hold when it is created, instead of with what comes after.";

    /** A view's offsets stand for what these chose, so they stay as they are. */
    private static final Set<String> FIXED = Set.of(PATTERN, WHERE, WHERE_KEY, BACKFILL);

    private static final Pattern CONDITION = Pattern.compile("header\\.([^=,]+)(?:=([^,]*))?");

    private ViewConfigs() {}

    /**
     * What a view asks of a record's headers.
     *
     * @param value empty if any will do
     */
    public record HeaderCondition(String header, Optional<String> value) {}

    static ConfigDef addTo(ConfigDef definition) {
        return definition
                .define(
                        PATTERN,
                        Type.STRING,
                        "",
                        LambdaValidator.with(ViewConfigs::checkPattern, () -> "a topic pattern"),
                        Importance.HIGH,
                        PATTERN_DOC)
                .define(
                        WHERE,
                        Type.STRING,
                        "",
                        LambdaValidator.with(ViewConfigs::checkWhere, () -> "header.NAME=VALUE, ..."),
                        Importance.MEDIUM,
                        WHERE_DOC)
                .define(WHERE_KEY, Type.STRING, "", Importance.MEDIUM, WHERE_KEY_DOC)
                .define(SOURCE_HEADERS, Type.BOOLEAN, true, Importance.MEDIUM, SOURCE_HEADERS_DOC)
                .define(BACKFILL, Type.BOOLEAN, false, Importance.MEDIUM, BACKFILL_DOC);
    }

    private static void checkPattern(String name, Object value) {
        try {
            if (!value.toString().isEmpty()) {
                TopicPattern.parse(value.toString());
            }
        } catch (InvalidPatternException e) {
            throw new ConfigException(name, value, e.getMessage());
        }
    }

    private static void checkWhere(String name, Object value) {
        if (value != null) {
            conditions(value.toString());
        }
    }

    /**
     * Reads {@link #WHERE}.
     *
     * @throws ConfigException naming the condition that cannot be understood
     */
    public static List<HeaderCondition> conditions(String where) {
        List<HeaderCondition> conditions = new ArrayList<>();
        for (String text : where.isBlank() ? new String[0] : where.split(",", -1)) {
            Matcher matcher = CONDITION.matcher(text.strip());
            if (!matcher.matches()) {
                throw new ConfigException(WHERE, where, "'" + text.strip() + "' is not header.NAME=VALUE");
            }
            conditions.add(new HeaderCondition(matcher.group(1), Optional.ofNullable(matcher.group(2))));
        }
        return conditions;
    }

    /** Whether a topic with these configs is a view. */
    public static boolean isView(Map<String, ?> configs) {
        Object pattern = configs.get(PATTERN);
        return pattern != null && !pattern.toString().isEmpty();
    }

    /** Whether a config of a topic belongs to views. */
    public static boolean isOfViews(String name) {
        return FIXED.contains(name) || name.equals(SOURCE_HEADERS);
    }

    /**
     * Checks a topic's configs as a whole.
     *
     * @throws InvalidConfigurationException naming the config that does not fit
     */
    static void validate(Map<String, String> configs) {
        if (!isView(configs)) {
            configs.keySet().stream().filter(ViewConfigs::isOfViews).findFirst().ifPresent(name -> {
                throw new InvalidConfigurationException(name + " belongs to a view, which needs " + PATTERN);
            });
        } else if (configs.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "").contains("compact")) {
            throw new InvalidConfigurationException(
                    "A view is not compacted: its sources are (" + TopicConfig.CLEANUP_POLICY_CONFIG + ")");
        }
    }

    /**
     * Checks what is about to be changed of an existing topic.
     *
     * @param before its own configs
     * @param name of the config
     * @param value what it is to be, null for the default
     * @throws InvalidConfigurationException if that can only be said when a topic is created
     */
    public static void requireChangeable(Map<?, ?> before, String name, String value) {
        if (FIXED.contains(name) && !Objects.equals(before.get(name), value)) {
            throw new InvalidConfigurationException(name + " is given when a topic is created, and stays");
        }
    }

    /** As {@link #requireChangeable(Map, String, String)}, of all that a replacement of the configs leaves out. */
    public static void requireKept(Map<?, ?> before, Set<String> kept) {
        FIXED.stream().filter(name -> !kept.contains(name)).forEach(name -> requireChangeable(before, name, null));
    }
}
