package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.memory.MemoryLogStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What compaction keeps and when it comes, as Apache Kafka's cleaner has it. */
@Timeout(30)
class CompactionTest {

    @TempDir
    Path directory;

    private CompactedLog log;

    @BeforeEach
    void make() {
        log = new CompactedLog(new MemoryLogStore(directory, () -> 0), directory);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void appendAndRoll(String... records) {
        log.append(records);
        log.roll();
    }

    @Test
    void shouldKeepTheLastRecordOfEachKeyAtItsOffset() {
        log.open();
        appendAndRoll("a=1", "b=1", "a=2");
        appendAndRoll("c=1", "b=2");

        assertTrue(log.clean());

        assertEquals(List.of("2 a=2", "3 c=1", "4 b=2"), log.records());
        assertEquals(5, log.partition().logEndOffset());
        assertFalse(log.clean());
    }

    @Test
    void shouldLeaveTheActiveSegmentAlone() {
        log.open();
        appendAndRoll("a=1", "b=1", "a=2");
        log.append("a=3", "a=4");

        assertTrue(log.clean());

        assertEquals(List.of("1 b=1", "2 a=2", "3 a=3", "4 a=4"), log.records());
    }

    @Test
    void shouldWaitUntilEnoughOfTheLogIsDirty() {
        log.with("min.cleanable.dirty.ratio", "0.5").open();
        appendAndRoll("a=1", "b=1", "c=1", "d=1", "a=2");
        assertTrue(log.clean());
        appendAndRoll("a=3");

        assertFalse(log.clean());
        assertTrue(log.cleaner().largestDirtyRatio() > 0.1);
        appendAndRoll("a=4", "a=5", "b=2", "c=2", "d=2", "a=6");
        assertTrue(log.clean());
        assertEquals(List.of("8 b=2", "9 c=2", "10 d=2", "11 a=6"), log.records());
    }

    @Test
    void shouldLeaveRecordsAloneThatAreYoungerThanTheLag() {
        log.with("min.compaction.lag.ms", 1000).open();
        appendAndRoll("a=1", "a=2");
        log.time.sleep(600);
        appendAndRoll("a=3");
        assertFalse(log.clean());

        log.time.sleep(600);
        assertTrue(log.clean());
        assertEquals(List.of("1 a=2", "2 a=3"), log.records());
        log.time.sleep(600);
        assertTrue(log.clean());
        assertEquals(List.of("2 a=3"), log.records());
    }

    @Test
    void shouldCompactWhatWaitsForTooLongWhateverTheRatio() {
        log.with("min.cleanable.dirty.ratio", "1")
                .with("max.compaction.lag.ms", 10_000)
                .open();
        appendAndRoll("a=1", "a=2");
        assertFalse(log.clean());

        log.time.sleep(10_001);

        assertTrue(log.clean());
        assertEquals(List.of("1 a=2"), log.records());
    }

    @Test
    void shouldKeepATombstoneUntilItsTimeIsOver() {
        log.with("delete.retention.ms", 1000).open();
        appendAndRoll("a=1", "b=1");
        appendAndRoll("a");
        assertTrue(log.clean());
        assertEquals(List.of("1 b=1", "2 a"), log.records());
        assertEquals(
                log.time.milliseconds() + 1000,
                log.batches().get(1).deleteHorizonMs().orElseThrow());

        log.time.sleep(999);
        appendAndRoll("c=1");
        assertTrue(log.clean());
        assertEquals(List.of("1 b=1", "2 a", "3 c=1"), log.records());

        log.time.sleep(1);
        appendAndRoll("d=1");
        assertTrue(log.clean());
        assertEquals(List.of("1 b=1", "3 c=1", "4 d=1"), log.records());
    }

    @Test
    void shouldKeepTheEndWhenTheLastRecordIsATombstoneWhoseTimeIsOver() {
        log.with("delete.retention.ms", 0).open();
        appendAndRoll("a=1");
        appendAndRoll("a");
        assertTrue(log.clean());
        log.with("min.cleanable.dirty.ratio", "0.001").with("max.compaction.lag.ms", 1);
        log.reopen();
        log.append("b=1");
        log.roll();
        assertTrue(log.clean());

        assertEquals(List.of("2 b=1"), log.records());
        assertEquals(3, log.partition().logEndOffset());
    }

    @Test
    void shouldKeepTimestampsWhereATombstoneGetsItsHorizon() {
        log.open();
        long before = log.time.milliseconds();
        log.append("a=1", "b", "c=1");
        log.roll();
        log.time.sleep(5000);
        assertTrue(log.clean());

        log.batches().get(0).forEach(next -> assertEquals(before, next.timestamp()));
        assertEquals(
                before, log.partition().findByTimestamp(before).orElseThrow().timestampMs());
        assertEquals(before, log.partition().maxTimestamp().orElseThrow().timestampMs());
    }

    @Test
    void shouldKeepTheBatchOfAProducersLastSequenceThoughItIsEmpty() {
        log.open();
        log.append(7, 0, "a=1");
        log.append(7, 1, "a=2");
        log.append(8, 0, "a=3");
        log.roll();
        assertTrue(log.clean());

        assertEquals(List.of("2 a=3"), log.records());
        List<MutableRecordBatch> batches = log.batches();
        assertEquals(
                List.of(1L, 2L),
                batches.stream().map(MutableRecordBatch::baseOffset).toList());
        assertEquals(0, batches.get(0).countOrNull());
        assertEquals(1, batches.get(0).lastSequence());
    }

    @Test
    void shouldKnowADuplicateThoughItsRecordsWereCompactedAway() throws Exception {
        log.open();
        log.append(7, 0, "a=1", "b=1");
        log.append("a=2", "b=2");
        log.roll();
        assertTrue(log.clean());
        log.partition().forgetIdleProducers(log.time.milliseconds());
        log.partition().saveProducers();
        log.reopen();

        assertEquals(0, log.append(7, 0, "a=1", "b=1").firstOffset());
        assertEquals(4, log.append(7, 2, "c=1").firstOffset());
    }

    @Test
    void shouldForgetTheBatchOfAProducerThatWroteOn() {
        log.open();
        log.append(7, 0, "a=1");
        log.append(7, 1, "a=2");
        log.roll();
        log.append(7, 2, "a=3");
        log.roll();
        assertTrue(log.clean());

        assertEquals(
                List.of(2L),
                log.batches().stream().map(MutableRecordBatch::baseOffset).toList());
    }

    @Test
    void shouldCompactInsideCompressedBatches() {
        log.open();
        log.append(Compression.gzip().build(), "a=1", "b=1", "c=1");
        log.append(Compression.gzip().build(), "b=2", "d=1");
        log.roll();
        assertTrue(log.clean());

        assertEquals(List.of("0 a=1", "2 c=1", "3 b=2", "4 d=1"), log.records());
        assertEquals(2, log.batches().get(0).lastOffset());
    }

    @Test
    void shouldTakeSeveralRunsWhenTheKeysDoNotFitIntoMemory() {
        log.with("internal.segment.bytes", 100_000).open(Map.of("log.cleaner.dedupe.buffer.size", "28000"));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3000; i += 100) {
                int from = i;
                String value = "=" + round;
                log.append(IntStream.range(from, from + 100)
                        .mapToObj(key -> key + value)
                        .toArray(String[]::new));
            }
        }
        log.roll();

        int runs = 0;
        while (log.clean()) {
            runs++;
        }

        assertTrue(runs > 2, runs + " runs");
        assertEquals(
                IntStream.range(0, 3000)
                        .mapToObj(key -> (3000 + key) + " " + key + "=1")
                        .toList(),
                log.records());
    }

    @Test
    void shouldMergeSmallSegments() {
        log.open();
        for (int i = 0; i < 10; i++) {
            appendAndRoll("key" + i + "=1");
        }
        assertEquals(11, log.partition().segments().size());

        assertTrue(log.clean());

        assertEquals(2, log.partition().segments().size());
        assertEquals(10, log.records().size());
    }

    @Test
    void shouldNotMergeBeyondTheSizeOfASegment() {
        log.with("internal.segment.bytes", 400).open();
        for (int i = 0; i < 10; i++) {
            appendAndRoll("key" + i + "=" + "v".repeat(100));
        }

        assertTrue(log.clean());

        assertEquals(6, log.partition().segments().size());
    }

    @Test
    void shouldGoOnAfterARestartWhereItCameTo() throws Exception {
        log.open();
        appendAndRoll("a=1", "a=2");
        assertTrue(log.clean());
        assertEquals(Optional.of(2L), log.firstDirty());

        log.reopen();

        assertFalse(log.clean());
        appendAndRoll("a=3");
        assertTrue(log.clean());
        assertEquals(List.of("2 a=3"), log.records());
        assertEquals(Optional.of(3L), log.firstDirty());
    }

    @Test
    void shouldBeginAnewWhenTheCheckpointLiesBehindTheEnd() throws Exception {
        log.open();
        appendAndRoll("a=1", "a=2");
        CleanerCheckpoint.write(log.partition().stateDirectory(), 50);

        assertTrue(log.clean());

        assertEquals(List.of("1 a=2"), log.records());
    }

    @Test
    void shouldDeleteByRetentionToo() {
        log.with("cleanup.policy", "compact,delete")
                .with("retention.ms", 10_000)
                .open();
        appendAndRoll("a=1", "a=2");
        assertTrue(log.clean());
        log.time.sleep(10_001);
        appendAndRoll("b=1", "b=2");

        log.partition().applyRetention(log.time.milliseconds());
        assertEquals(List.of("2 b=1", "3 b=2"), log.records());
        assertTrue(log.clean());
        assertEquals(List.of("3 b=2"), log.records());
    }

    @Test
    void shouldNotMoveTheStartOfALogWhoseFirstRecordsWereCompactedAway() {
        log.with("retention.ms", 1).open();
        appendAndRoll("a=1");
        appendAndRoll("a=2");
        log.time.sleep(10_000);
        assertTrue(log.clean());

        log.partition().applyRetention(log.time.milliseconds());

        assertEquals(0, log.partition().logStartOffset());
        assertEquals(List.of("1 a=2"), log.records());
    }

    @Test
    void shouldRefuseRecordsWithoutKeyAndDeleteRecords() {
        log.open();
        SimpleRecord keyless = new SimpleRecord(log.time.milliseconds(), null, new byte[1]);

        assertThrows(
                RecordValidationException.class,
                () -> log.partition()
                        .appendFromClient(MemoryRecords.withRecords(Compression.NONE, keyless), (short) 1));
        assertThrows(PolicyViolationException.class, () -> log.partition().deleteRecordsBefore(0));
    }

    @Test
    void shouldNotTouchATopicThatIsCompactedNoMore() {
        log.open();
        appendAndRoll("a=1", "a=2");

        log.with("cleanup.policy", "delete");

        assertFalse(log.clean());
        assertEquals(List.of("0 a=1", "1 a=2"), log.records());
    }

    @Test
    void shouldStopWhenThePartitionIsClosedInTheMiddle() {
        log.open();
        for (int i = 0; i < 10; i++) {
            appendAndRoll("a=" + i);
        }
        CleanableLog cleanable = CleanableLog.of(log.partition(), -1, log.time.milliseconds());
        int[] asked = {0};
        Compaction compaction =
                new Compaction(cleanable, new Compaction.Memory(1 << 20, 0.9, 1024), log.time.milliseconds(), bytes -> {
                    if (++asked[0] == 8) {
                        log.partition().abandon();
                        throw new CompactionStoppedException("closed");
                    }
                });

        assertThrows(CompactionStoppedException.class, compaction::run);
        assertFalse(log.clean());
        assertEquals(0, log.cleaner().failures());
    }

    @Test
    void shouldCountWhatItDoes() {
        log.open();
        appendAndRoll("a=1");
        appendAndRoll("a=2");
        long before = log.partition().sizeInBytes();
        log.time.sleep(77);
        assertTrue(log.clean());
        log.time.sleep(33);

        assertEquals(1, log.cleaner().runs());
        assertEquals(before, log.cleaner().readBytes());
        assertEquals(before - log.partition().sizeInBytes(), log.cleaner().removedBytes());
        assertEquals(33, log.cleaner().sinceLastLookMs());
        assertEquals(0, log.cleaner().uncleanable());
    }
}
