package io.polestar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every log engine must do when segments are rewritten. An engine's test extends it and makes the store. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
public abstract class SegmentRewriteContract {

    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final int BATCH_BYTES = Batch.at(0).build().remaining();

    protected final AtomicLong nowMs = new AtomicLong(1_000_000);

    @TempDir
    Path folder;

    private LogStore store;
    private PartitionLog log;

    protected abstract LogStore newStore(Path directory);

    /** Ten batches of one record: segments of three, 0, 3 and 6, and the active one with 9. */
    @BeforeEach
    void appendTen() {
        store = newStore(folder);
        log = open();
        append(10);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private PartitionLog open() {
        return store.open(PARTITION, TOPIC_ID, new LogSettings(3 * BATCH_BYTES, 60_000, 1_048_588));
    }

    private void reopen() {
        log.close();
        log = open();
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(Batch.at(log.endOffset()).build());
        }
    }

    private static BatchRewriter keep(LongPredicate offsets) {
        return batch ->
                offsets.test(BatchHeader.baseOffset(batch, batch.position())) ? Optional.of(batch) : Optional.empty();
    }

    private List<Long> read(long offset) {
        LogSlice slice = log.read(offset, Long.MAX_VALUE, Integer.MAX_VALUE, true);
        try {
            return SliceBatches.of(slice).stream()
                    .map(batch -> BatchHeader.baseOffset(batch, 0))
                    .toList();
        } finally {
            slice.release();
        }
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private List<Long> segmentBases() {
        return log.segments().stream().map(SegmentInfo::baseOffset).toList();
    }

    @Test
    void shouldDropBatchesAndLeaveGaps() {
        assertTrue(log.rewrite(0, 9, keep(offset -> offset % 2 == 0)));

        assertEquals(List.of(0L, 2L, 4L, 6L, 8L, 9L), read(0));
        assertEquals(List.of(4L, 6L, 8L, 9L), read(3));
        assertEquals(10, log.endOffset());
        assertEquals(6L * BATCH_BYTES, log.sizeInBytes());
        assertEquals(List.of(0L, 9L), segmentBases());
        reopen();
        assertEquals(List.of(0L, 2L, 4L, 6L, 8L, 9L), read(0));
        append(2);
        assertEquals(List.of(8L, 9L, 10L, 11L), read(7));
    }

    @Test
    void shouldMergeNeighboursVerbatim() {
        List<SegmentInfo> before = log.segments();

        assertTrue(log.rewrite(3, 9, Optional::of));

        assertEquals(range(0, 10), read(0));
        assertEquals(List.of(0L, 3L, 9L), segmentBases());
        SegmentInfo merged = log.segments().get(1);
        assertEquals(9, merged.nextOffset());
        assertEquals(6L * BATCH_BYTES, merged.sizeInBytes());
        assertEquals(before.get(0), log.segments().get(0));
        reopen();
        assertEquals(range(0, 10), read(0));
    }

    @Test
    void shouldLeaveASegmentAloneOfWhichEverythingIsKept() {
        List<SegmentInfo> before = log.segments();

        assertTrue(log.rewrite(3, 4, Optional::of));

        assertEquals(before, log.segments());
        assertEquals(range(0, 10), read(0));
    }

    @Test
    void shouldNeverRewriteTheActiveSegment() {
        List<Long> asked = new ArrayList<>();

        log.rewrite(6, Long.MAX_VALUE, batch -> {
            asked.add(BatchHeader.baseOffset(batch, batch.position()));
            return Optional.empty();
        });

        assertEquals(range(6, 9), asked);
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 9L), read(0));
        assertFalse(log.rewrite(9, Long.MAX_VALUE, keep(offset -> false)));
        assertFalse(log.rewrite(4, 6, keep(offset -> false)));
    }

    @Test
    void shouldKeepItsStartWhenTheFirstSegmentsBecomeNothing() {
        assertTrue(log.rewrite(0, 6, keep(offset -> false)));

        assertEquals(0, log.startOffset());
        assertEquals(range(6, 10), read(0));
        assertEquals(range(6, 10), read(5));
        reopen();
        assertEquals(0, log.startOffset());
        assertEquals(range(6, 10), read(0));
    }

    @Test
    void shouldRefuseToLoseTheLastBatch() {
        log.roll();
        nowMs.addAndGet(1);

        assertThrows(IllegalArgumentException.class, () -> log.rewrite(6, 10, keep(offset -> false)));

        assertEquals(range(0, 10), read(0));
        assertTrue(log.rewrite(0, 10, keep(offset -> offset == 9)));
        assertEquals(List.of(9L), read(0));
        reopen();
        assertEquals(10, log.endOffset());
        append(1);
        assertEquals(List.of(9L, 10L), read(0));
    }

    @Test
    void shouldStoreWhatABatchWasReplacedBy() {
        log.append(Batch.at(10).records(5).build());
        log.roll();
        append(1);
        ByteBuffer shorter = Batch.at(12).timestamps(77).build();

        log.rewrite(10, 15, batch -> Optional.of(shorter));

        LogSlice slice = log.read(10, 15, Integer.MAX_VALUE, true);
        assertEquals(List.of(shorter), SliceBatches.of(slice));
        slice.release();
        assertEquals(Optional.of(new TimestampedOffset(0, 1000, 0)), log.maxTimestamp());
        assertEquals(List.of(12L, 15L), read(11));
    }

    @Test
    void shouldRefuseABatchThatLeavesItsOffsets() {
        assertThrows(
                IllegalArgumentException.class,
                () -> log.rewrite(
                        0, 3, batch -> Optional.of(Batch.at(0).records(2).build())));
        assertThrows(
                IllegalArgumentException.class,
                () -> log.rewrite(3, 6, batch -> Optional.of(Batch.at(0).build())));

        assertEquals(range(0, 10), read(0));
    }

    @Test
    void shouldFindByTimeWhatIsLeft() {
        log.append(Batch.at(10).timestamps(5000).build());
        log.append(Batch.at(11).timestamps(7000).build());
        log.append(Batch.at(12).timestamps(6000).build());
        log.roll();
        append(1);

        log.rewrite(9, 13, keep(offset -> offset != 11));

        assertEquals(Optional.of(new TimestampedOffset(12, 6000, 0)), log.maxTimestamp());
        assertEquals(Optional.of(new TimestampedOffset(10, 5000, 0)), log.findByTimestamp(4000));
        assertEquals(Optional.of(new TimestampedOffset(12, 6000, 0)), log.findByTimestamp(5001));
        assertEquals(Optional.empty(), log.findByTimestamp(6001));
    }

    @Test
    void shouldChangeNothingWhenTheRewriterThrows() {
        assertThrows(
                IllegalStateException.class,
                () -> log.rewrite(0, 9, batch -> {
                    if (BatchHeader.baseOffset(batch, batch.position()) == 5) {
                        throw new IllegalStateException("stop");
                    }
                    return Optional.empty();
                }));

        assertEquals(range(0, 10), read(0));
        assertEquals(List.of(0L, 3L, 6L, 9L), segmentBases());
        assertTrue(log.rewrite(0, 9, keep(offset -> offset == 4)));
        assertEquals(List.of(4L, 9L), read(0));
    }

    @Test
    void shouldKeepWhatIsAppendedMeanwhile() {
        assertTrue(log.rewrite(0, 9, batch -> {
            append(1);
            return Optional.empty();
        }));

        assertEquals(range(9, 19), read(0));
        reopen();
        assertEquals(range(9, 19), read(0));
    }

    @Test
    void shouldGiveUpWhenTheLogIsTrimmedMeanwhile() {
        assertFalse(log.rewrite(0, 9, batch -> {
            log.trimTo(4);
            return Optional.empty();
        }));

        assertEquals(range(4, 10), read(4));
    }

    @Test
    void shouldGiveUpWhenTheLogIsCutMeanwhile() {
        assertFalse(log.rewrite(0, 9, batch -> {
            log.truncateTo(5);
            return Optional.empty();
        }));

        assertEquals(range(0, 5), read(0));
        append(2);
        assertEquals(range(0, 7), read(0));
    }

    @Test
    void shouldKeepASliceReadableWhoseSegmentsWereRewritten() {
        LogSlice slice = log.read(0, Long.MAX_VALUE, Integer.MAX_VALUE, true);

        log.rewrite(0, 9, keep(offset -> false));

        assertEquals(
                range(0, 10),
                SliceBatches.of(slice).stream()
                        .map(batch -> BatchHeader.baseOffset(batch, 0))
                        .toList());
        slice.release();
    }

    @Test
    void shouldTrimAndCutBetweenWhatIsLeft() {
        log.rewrite(0, 9, keep(offset -> offset == 1 || offset == 7));
        log.trimTo(4);
        assertEquals(List.of(7L, 9L), read(4));

        log.truncateTo(9);
        assertEquals(8, log.endOffset());
        assertEquals(List.of(7L), read(4));
        reopen();
        append(1);
        assertEquals(List.of(7L, 8L), read(4));
    }

    @Test
    void shouldRewriteWhatWasRewritten() {
        log.rewrite(0, 9, keep(offset -> offset != 3));
        append(10);
        log.rewrite(0, 19, keep(offset -> offset % 5 == 0));

        assertEquals(List.of(0L, 5L, 10L, 15L, 19L), read(0));
        reopen();
        assertEquals(List.of(0L, 5L, 10L, 15L, 19L), read(0));
    }

    @Test
    void shouldCountRewrittenSegmentsAsDurable() {
        log.force();
        log.rewrite(0, 9, keep(offset -> offset == 2));
        assertEquals(10, log.durableOffset());
        append(1);
        log.force();
        assertEquals(11, log.durableOffset());
    }
}
