package io.polestar.client;

import io.polestar.protocol.pattern.TopicPattern;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What a consumer subscribes to: names, and patterns. Any thread. */
final class TopicSelection {
    private final List<String> names = new CopyOnWriteArrayList<>();
    private final List<TopicPattern> patterns = new CopyOnWriteArrayList<>();
    private final String deadLetterSuffix;

    TopicSelection(String deadLetterSuffix) {
        this.deadLetterSuffix = deadLetterSuffix;
    }

    /** @throws io.polestar.protocol.pattern.InvalidPatternException if one of them is no pattern */
    void add(Collection<String> topicsAndPatterns) {
        List<TopicPattern> parsed = topicsAndPatterns.stream()
                .filter(TopicPattern::hasWildcard)
                .map(TopicPattern::parse)
                .toList();
        patterns.addAll(parsed);
        topicsAndPatterns.stream()
                .filter(text -> !TopicPattern.hasWildcard(text))
                .forEach(names::add);
    }

    void remove(Collection<String> topicsAndPatterns) {
        names.removeAll(topicsAndPatterns);
        patterns.removeIf(pattern -> topicsAndPatterns.contains(pattern.toString()));
    }

    boolean isEmpty() {
        return names.isEmpty() && patterns.isEmpty();
    }

    /** Those that are selected. */
    Set<String> of(Set<String> topics) {
        return topics.stream()
                .filter(topic ->
                        names.contains(topic) || patterns.stream().anyMatch(pattern -> selects(pattern, topic)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Dead letters of a topic would match its pattern again, and come round and round. */
    private boolean selects(TopicPattern pattern, String topic) {
        return pattern.matches(topic)
                && (!topic.endsWith(deadLetterSuffix) || pattern.toString().endsWith(deadLetterSuffix));
    }
}
