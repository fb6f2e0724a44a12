package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.TimestampedOffset;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random appends, deletions, runs of the cleaner and restarts, on real segments: what is left is what a model says, with the
 * offsets and times it was appended with.
 */
@Timeout(60)
class CompactionModelTest {
    private static final int STEPS = 400;
    private static final int KEYS = 40;
    private static final int DELETE_RETENTION_MS = 500;

    @TempDir
    Path directory;

    /** What was appended. */
    private record Appended(String key, String value, long timestampMs) {}

    private final TreeMap<Long, Appended> appended = new TreeMap<>();
    private final Map<String, Long> latest = new HashMap<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private CompactedLog log;
    private Random random;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261124})
    void shouldHoldWhatTheModelSays(long seed) {
        random = new Random(seed);
        try (CompactedLog opened = new CompactedLog(new ChronicleLogStore(directory), directory)
                .with("internal.segment.bytes", 2500)
                .with("delete.retention.ms", DELETE_RETENTION_MS)
                .open()) {
            log = opened;
            for (int step = 0; step < STEPS; step++) {
                step();
                verify("seed " + seed + ", step " + step);
            }
            finish("seed " + seed + ", at the end");
        }
    }

    private void step() {
        log.time.sleep(random.nextInt(40));
        int what = random.nextInt(100);
        if (what < 80) {
            append();
        } else if (what < 90) {
            log.clean();
        } else if (what < 98) {
            log.roll();
        } else {
            log.reopen();
        }
    }

    private void append() {
        String[] records = new String[1 + random.nextInt(6)];
        for (int i = 0; i < records.length; i++) {
            String key = "k" + random.nextInt(KEYS);
            records[i] = random.nextInt(5) == 0 ? key : key + "=" + random.nextLong();
        }
        note(send(records).firstOffset(), records);
    }

    private Partition.Appended send(String... records) {
        if (random.nextInt(3) > 0) {
            return log.append(
                    random.nextBoolean() ? Compression.NONE : Compression.gzip().build(), records);
        }
        long producerId = random.nextInt(3);
        int sequence = sequences.getOrDefault(producerId, 0);
        sequences.put(producerId, sequence + records.length);
        return log.append(producerId, sequence, records);
    }

    private void note(long firstOffset, String... records) {
        for (int i = 0; i < records.length; i++) {
            String[] parts = records[i].split("=", 2);
            String value = parts.length < 2 ? null : parts[1];
            appended.put(firstOffset + i, new Appended(parts[0], value, log.time.milliseconds()));
            latest.put(parts[0], firstOffset + i);
        }
    }

    private void verify(String when) {
        assertEquals(
                appended.isEmpty() ? 0 : appended.lastKey() + 1, log.partition().logEndOffset(), when);
        TreeMap<Long, Appended> left = left(when);
        latest.forEach((key, offset) -> verifyLatest(key, offset, left, when));
        assertEquals(newest(left), log.partition().maxTimestamp().map(TimestampedOffset::offset), when);
        if (!appended.isEmpty()) {
            long asked = log.time.milliseconds() - random.nextInt(1000);
            assertEquals(
                    firstAtOrAfter(left, asked),
                    log.partition().findByTimestamp(asked).map(TimestampedOffset::offset),
                    when);
        }
    }

    /** Every record that is left, after a look that it is as it was appended, and in order. */
    private TreeMap<Long, Appended> left(String when) {
        TreeMap<Long, Appended> left = new TreeMap<>();
        long nextOffset = 0;
        for (MutableRecordBatch batch : log.batches()) {
            assertTrue(batch.isValid() && batch.baseOffset() >= nextOffset, when);
            nextOffset = batch.nextOffset();
            for (Record next : batch) {
                Appended found = new Appended(text(next.key()), text(next.value()), next.timestamp());
                assertEquals(appended.get(next.offset()), found, when);
                left.put(next.offset(), found);
            }
        }
        return left;
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private void verifyLatest(String key, long offset, Map<Long, Appended> left, String when) {
        Appended last = appended.get(offset);
        boolean mayBeGone = last.value() == null && log.time.milliseconds() - last.timestampMs() >= DELETE_RETENTION_MS;
        assertTrue(left.containsKey(offset) || mayBeGone, when + ", key " + key + ", offset " + offset);
        if (!left.containsKey(offset)) {
            assertTrue(left.values().stream().noneMatch(other -> other.key().equals(key)), when + ", key " + key);
        }
    }

    private static Optional<Long> newest(TreeMap<Long, Appended> left) {
        return left.entrySet().stream()
                .max(Comparator.<Map.Entry<Long, Appended>>comparingLong(
                                entry -> entry.getValue().timestampMs())
                        .thenComparing(Comparator.comparingLong((Map.Entry<Long, Appended> entry) -> entry.getKey())
                                .reversed()))
                .map(Map.Entry::getKey);
    }

    private static Optional<Long> firstAtOrAfter(TreeMap<Long, Appended> left, long timestampMs) {
        return left.entrySet().stream()
                .filter(entry -> entry.getValue().timestampMs() >= timestampMs)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** When nothing is appended any more there is one record of each key, and no tombstone but the last record. */
    private void finish(String when) {
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            log.time.sleep(2 * DELETE_RETENTION_MS);
            append();
            log.roll();
            assertTrue(log.clean(), when);
            verify(when);
        }
        Set<String> keys = new HashSet<>();
        left(when).forEach((offset, record) -> {
            assertTrue(keys.add(record.key()), when + ", " + record);
            boolean old = log.time.milliseconds() - record.timestampMs() > 5 * DELETE_RETENTION_MS;
            if (old && record.value() == null) {
                kinds.add(offset + " " + record.key());
            }
        });
        assertEquals(List.of(), kinds, when);
    }
}
