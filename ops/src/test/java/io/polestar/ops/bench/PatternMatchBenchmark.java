package io.polestar.ops.bench;

import io.polestar.protocol.pattern.PatternIndex;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a new topic costs among many registered patterns: by the trie, and by asking each pattern. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PatternMatchBenchmark {
    private static final String[] MEASURES = {"temperature", "humidity", "wind", "pressure", "rain"};
    private static final int TOPICS = 4096;

    @Param({"1000", "100000"})
    private int patterns;

    private final PatternIndex<Integer> index = new PatternIndex<>();
    private final List<TopicPattern> all = new ArrayList<>();
    private final String[] topics = new String[TOPICS];
    private final SplittableRandom random = new SplittableRandom(1);
    private int next;

    @Setup
    public void register() {
        for (int i = 0; i < patterns; i++) {
            TopicPattern pattern = TopicPattern.parse(pattern(i));
            all.add(pattern);
            index.add(pattern, i);
        }
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = "site" + random.nextInt(100) + "." + measure() + ".city" + random.nextInt(patterns) + ".sensor"
                    + random.nextInt(100);
        }
    }

    /** A tenth of them begin with a wildcard, which is what a trie likes least. */
    private String pattern(int i) {
        return switch (i % 10) {
            case 0 -> "*." + measure() + ".city" + i + ".>";
            case 1, 2, 3 -> "site" + random.nextInt(100) + ".*.city" + i + ".*";
            case 4, 5, 6 -> "site" + random.nextInt(100) + "." + measure() + ".city" + i + ".>";
            default -> "site" + random.nextInt(100) + "." + measure() + ".city" + i + ".sensor" + random.nextInt(100);
        };
    }

    private String measure() {
        return MEASURES[random.nextInt(MEASURES.length)];
    }

    private String topic() {
        return topics[next++ & TOPICS - 1];
    }

    @Benchmark
    public int byTheTrie() {
        return index.matching(topic()).size();
    }

    @Benchmark
    public long byAskingEach() {
        String topic = topic();
        return all.stream().filter(pattern -> pattern.matches(topic)).count();
    }
}
