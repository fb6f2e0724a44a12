package io.polestar.protocol.pattern;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Topics and patterns of few levels over a small alphabet, so that they often meet. One thread's. */
final class RandomNames {
    private static final String[] LEVELS = {"a", "b", "ab", "a-b", "_"};

    private final Random random;

    RandomNames(long seed) {
        random = new Random(seed);
        System.out.println("seed " + seed);
    }

    String topic() {
        return levels(1 + random.nextInt(4)).replaceFirst("^\\.{0,2}$", "a");
    }

    /** Sometimes with an empty level, as Kafka permits. */
    private String levels(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> random.nextInt(12) == 0 ? "" : literal())
                .collect(Collectors.joining("."));
    }

    TopicPattern pattern() {
        int count = 1 + random.nextInt(4);
        return TopicPattern.parse(IntStream.range(0, count)
                .mapToObj(i -> patternLevel(i == count - 1))
                .collect(Collectors.joining(".")));
    }

    private String patternLevel(boolean last) {
        return switch (random.nextInt(4)) {
            case 0 -> "*";
            case 1 -> last ? ">" : literal();
            default -> literal();
        };
    }

    private String literal() {
        return LEVELS[random.nextInt(LEVELS.length)];
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
