package io.polestar.protocol.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class TopicPatternPropertiesTest {
    private static final int TRIES = 20_000;
    private static final String[] LEVELS = {"a", "b", "ab", "a-b", "_", "x"};
    private static final int MAX_LEVELS = 4;

    private final RandomNames names = new RandomNames(System.nanoTime());

    @Test
    void shouldMatchWhatItsRegexMatches() {
        for (int i = 0; i < TRIES; i++) {
            TopicPattern pattern = names.pattern();
            String topic = names.topic();

            assertEquals(
                    Pattern.matches(pattern.toRegex(), topic), pattern.matches(topic), () -> pattern + " and " + topic);
        }
    }

    /** Anchored, it is the same for a client that searches. */
    @Test
    void shouldFindWithItsRegexWhatItMatches() {
        for (int i = 0; i < TRIES; i++) {
            TopicPattern pattern = names.pattern();
            String topic = names.topic();

            assertEquals(
                    Pattern.compile(pattern.toRegex()).matcher(topic).find(),
                    pattern.matches(topic),
                    () -> pattern + " and " + topic);
        }
    }

    /** Patterns of at most four levels over these words have a common topic exactly if one of these is it. */
    @Test
    void shouldOverlapExactlyWhenASearchFindsACommonTopic() {
        List<String> topics = allTopics();
        for (int i = 0; i < 2_000; i++) {
            TopicPattern one = names.pattern();
            TopicPattern other = names.pattern();

            boolean found = topics.stream().anyMatch(topic -> one.matches(topic) && other.matches(topic));

            assertEquals(found, one.overlaps(other), () -> one + " and " + other);
        }
    }

    private static List<String> allTopics() {
        List<String> all = new ArrayList<>();
        List<String> longest = List.of(LEVELS);
        for (int count = 1; count <= MAX_LEVELS; count++) {
            all.addAll(longest);
            longest = longest.stream()
                    .flatMap(begin -> List.of(LEVELS).stream().map(level -> begin + "." + level))
                    .toList();
        }
        return all;
    }

    @Test
    void shouldMatchOnlyTopicsThatBeginWithTheLiteralPrefix() {
        for (int i = 0; i < TRIES; i++) {
            TopicPattern pattern = names.pattern();
            String topic = names.topic();

            assertTrue(!pattern.matches(topic) || topic.startsWith(pattern.literalPrefix()));
        }
    }
}
