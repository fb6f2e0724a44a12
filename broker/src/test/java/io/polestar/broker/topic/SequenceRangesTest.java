package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceRangesTest {
    private static final long PRODUCER = 4711;

    @TempDir
    private Path directory;

    private SequenceRanges ranges;
    private final Map<Long, ProducerStateEntry> producers = new HashMap<>();

    @BeforeEach
    void open() {
        ranges = new SequenceRanges(directory);
    }

    private static RecordBatch batch(long producerId, int epoch, int sequence, int records, long offset) {
        SimpleRecord[] all = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            all[i] = new SimpleRecord("v".getBytes());
        }
        return MemoryRecords.withIdempotentRecords(
                        offset, Compression.NONE, producerId, (short) epoch, sequence, 0, all)
                .batches()
                .iterator()
                .next();
    }

    private void store(int epoch, int sequence, int records, long offset) {
        ranges.note(batch(PRODUCER, epoch, sequence, records, offset));
    }

    private static SequenceRange range(int epoch, int first, int last, long firstOffset, long lastOffset) {
        return new SequenceRange((short) epoch, first, last, firstOffset, lastOffset);
    }

    @Test
    void shouldHaveOneRangeWhenBatchesFollowEachOther() {
        store(0, 0, 3, 10);
        ranges.note(batch(9, 0, 0, 5, 13));
        store(0, 3, 2, 18);
        assertEquals(List.of(range(0, 0, 4, 10, 19)), ranges.of(PRODUCER));
        assertEquals(List.of(range(0, 0, 4, 13, 17)), ranges.of(9));
        assertEquals(List.of(), ranges.of(1));
    }

    @Test
    void shouldBeginAnotherRangeWithANewEpochAndBehindSequencesThatAreNotKnown() {
        store(0, 0, 3, 0);
        store(1, 0, 2, 3);
        store(1, 7, 1, 5);
        assertEquals(List.of(range(0, 0, 2, 0, 2), range(1, 0, 1, 3, 4), range(1, 7, 7, 5, 5)), ranges.of(PRODUCER));
    }

    @Test
    void shouldGoOnWithZeroBehindTheHighestSequence() {
        store(0, Integer.MAX_VALUE, 1, 0);
        store(0, 0, 2, 1);
        assertEquals(List.of(range(0, Integer.MAX_VALUE, 1, 0, 2)), ranges.of(PRODUCER));
    }

    @Test
    void shouldKeepTheFirstSequencesOverARestart() throws IOException {
        store(0, 0, 3, 0);
        store(1, 0, 20, 3);
        ranges.write();
        knownOtherwise(1, 15, 19, 23);
        ranges = new SequenceRanges(directory);
        ranges.restore(producers);
        assertEquals(List.of(range(0, 0, 2, 0, 2), range(1, 0, 19, 3, 23)), ranges.of(PRODUCER));
        store(1, 20, 1, 24);
        assertEquals(range(1, 0, 20, 3, 24), ranges.of(PRODUCER).get(1));
    }

    @Test
    void shouldNotKnowMoreThanTheProducersStateWhenThatIsOlder() throws IOException {
        store(0, 0, 10, 0);
        store(1, 0, 10, 10);
        ranges.write();
        knownOtherwise(0, 4, 5, 5);
        ranges.restore(producers);
        assertEquals(List.of(range(0, 0, 5, 0, 5)), ranges.of(PRODUCER));
    }

    @Test
    void shouldTakeWhatTheProducersStateHasWhenTheFileIsTorn() throws IOException {
        store(0, 0, 10, 0);
        ranges.write();
        Path file = directory.resolve("producer-sequences");
        String content = Files.readString(file);
        Files.writeString(file, content.substring(0, content.length() - 6));
        knownOtherwise(0, 8, 9, 9);
        ranges.restore(producers);
        assertEquals(List.of(range(0, 8, 9, 8, 9)), ranges.of(PRODUCER));
    }

    @Test
    void shouldForgetProducersThatAreNotKnownAnyMore() {
        store(0, 0, 1, 0);
        ranges.retain(List.of());
        assertEquals(List.of(), ranges.of(PRODUCER));
        store(0, 1, 1, 1);
        assertEquals(List.of(range(0, 1, 1, 1, 1)), ranges.of(PRODUCER));
    }

    /** As a snapshot has it: one batch. */
    private void knownOtherwise(int epoch, int firstSequence, int lastSequence, long lastOffset) {
        ProducerStateEntry none = new ProducerStateEntry(
                PRODUCER, RecordBatch.NO_PRODUCER_EPOCH, -1, RecordBatch.NO_TIMESTAMP, OptionalLong.empty());
        ProducerAppendInfo append = new ProducerAppendInfo(
                new TopicPartition("weather", 0), PRODUCER, none, AppendOrigin.REPLICATION, null);
        LogOffsetMetadata first = new LogOffsetMetadata(lastOffset - (lastSequence - firstSequence));
        append.appendDataBatch((short) epoch, firstSequence, lastSequence, 0, first, lastOffset, false);
        producers.put(PRODUCER, append.toEntry());
    }
}
