package io.polestar.client.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MessageTrackerTest {
    private final SequenceSource source = new SequenceSource("s");
    private MessageTracker tracker = new MessageTracker();
    private long offset;

    private List<Headers> stamped(int count) {
        List<Headers> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Headers headers = new RecordHeaders();
            source.stamp("t", headers);
            messages.add(headers);
        }
        return messages;
    }

    private void observe(Headers headers) {
        tracker.observe("t", 0, offset++, headers);
    }

    private TrackReport report() {
        return tracker.report().get(0);
    }

    @Test
    void shouldBeCleanWhenAllComeOnceInOrder() {
        stamped(100).forEach(this::observe);

        assertTrue(report().isClean());
        assertEquals(100, report().received());
        assertEquals(source.id(), report().source());
    }

    @Test
    void shouldNameTheMissingTheDoubleAndTheReordered() {
        List<Headers> messages = stamped(10);
        for (int i : new int[] {0, 1, 4, 3, 4, 8}) {
            observe(messages.get(i));
        }

        assertEquals(List.of(new SequenceRange(2, 2), new SequenceRange(5, 7)), report().missing());
        assertEquals(1, report().duplicates());
        assertEquals(1, report().reordered());
        tracker.expect(source);
        assertEquals(5, report().missingCount());
    }

    @Test
    void shouldTakeWhatIsGivenAgainFromTheSameOffsetForNoDuplicate() {
        List<Headers> messages = stamped(10);
        messages.forEach(this::observe);
        offset = 5;
        messages.subList(5, 10).forEach(this::observe);

        assertTrue(report().isClean());
        assertEquals(5, report().redelivered());
        assertEquals(10, tracker.positions().get(new TopicPartition("t", 0)));
    }

    @Test
    void shouldKnowAfterARestartWhatItKnewBefore(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("state.json");
        tracker = MessageTracker.load(file);
        List<Headers> messages = stamped(10);
        messages.subList(0, 4).forEach(this::observe);
        observe(messages.get(6));
        tracker.save(file);

        tracker = MessageTracker.load(file);
        observe(messages.get(6));
        messages.subList(7, 10).forEach(this::observe);

        assertEquals(List.of(new SequenceRange(4, 5)), report().missing());
        assertEquals(1, report().duplicates());
        assertEquals(0, report().reordered());
    }

    /** Random losses, copies and swaps, with restarts between; counted beside it the simple way. */
    @Test
    void shouldAgreeWithASimpleCountWhateverHappens(@TempDir Path folder) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Path file = folder.resolve("state.json");
        for (int round = 0; round < 50; round++) {
            SequenceSource one = new SequenceSource("round" + round);
            List<Headers> sent = new ArrayList<>();
            List<Integer> sequences = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Headers headers = new RecordHeaders();
                one.stamp("t", headers);
                sent.add(headers);
                if (random.nextInt(10) > 0) {
                    sequences.add(i);
                }
                if (random.nextInt(10) == 0) {
                    sequences.add(i);
                }
                if (sequences.size() > 1 && random.nextInt(10) == 0) {
                    Collections.swap(sequences, sequences.size() - 1, sequences.size() - 2);
                }
            }
            Set<Integer> seen = new HashSet<>();
            int duplicates = 0;
            int reordered = 0;
            int highest = -1;
            for (int sequence : sequences) {
                if (!seen.add(sequence)) {
                    duplicates++;
                } else if (sequence < highest) {
                    reordered++;
                }
                highest = Math.max(highest, sequence);
                observe(sent.get(sequence));
                if (random.nextInt(20) == 0) {
                    tracker.save(file);
                    tracker = MessageTracker.load(file);
                }
            }
            tracker.expect(one);
            TrackReport report = tracker.report().stream()
                    .filter(candidate -> candidate.source().equals(one.id()))
                    .findFirst()
                    .orElseThrow();
            assertEquals(seen.size(), report.received());
            assertEquals(200 - seen.size(), report.missingCount());
            assertEquals(duplicates, report.duplicates());
            assertEquals(reordered, report.reordered());
        }
    }
}
