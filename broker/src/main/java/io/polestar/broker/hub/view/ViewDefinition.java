package io.polestar.broker.hub.view;

import io.polestar.broker.ViewConfigs;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.internals.Topic;

/**
 * What makes a topic a view; from its configs.
 *
 * @param sourceHeaders whether each record tells where it came from
 * @param backfill whether it begins with what the sources held when it was created
 */
record ViewDefinition(TopicPattern pattern, RecordFilter filter, boolean sourceHeaders, boolean backfill) {
    private static final String INTERNAL_PREFIX = "__";
    private static final String DEAD_LETTER_SUFFIX = ".dead";

    /** Empty if the topic is none. */
    static Optional<ViewDefinition> of(Map<String, String> configs) {
        if (!ViewConfigs.isView(configs)) {
            return Optional.empty();
        }
        return Optional.of(new ViewDefinition(
                TopicPattern.parse(configs.get(ViewConfigs.PATTERN)),
                new RecordFilter(
                        configs.getOrDefault(ViewConfigs.WHERE_KEY, ""),
                        ViewConfigs.conditions(configs.getOrDefault(ViewConfigs.WHERE, ""))),
                Boolean.parseBoolean(
                        configs.getOrDefault(ViewConfigs.SOURCE_HEADERS, "true").strip()),
                Boolean.parseBoolean(
                        configs.getOrDefault(ViewConfigs.BACKFILL, "false").strip())));
    }

    /**
     * Whether a topic that matches the pattern is shown. Dead letters of the view's own reader would come round and round.
     */
    boolean shows(String topic) {
        return !Topic.isInternal(topic)
                && !topic.startsWith(INTERNAL_PREFIX)
                && (!topic.endsWith(DEAD_LETTER_SUFFIX) || pattern.toString().endsWith(DEAD_LETTER_SUFFIX));
    }
}
