package io.polestar.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every log engine must do. An engine's test extends it and makes the store. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
public abstract class PartitionLogContract {

    protected static final TopicPartition PARTITION = new TopicPartition("orders", 3);
    protected static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    protected final AtomicLong nowMs = new AtomicLong(1_000_000);

    @TempDir
    Path folder;

    protected LogStore store;
    protected PartitionLog log;

    protected abstract LogStore newStore(Path directory);

    @BeforeEach
    void open() {
        store = newStore(folder);
        log = store.open(PARTITION, TOPIC_ID, settings(1 << 20));
    }

    @AfterEach
    void close() {
        store.close();
    }

    protected static LogSettings settings(int segmentBytes) {
        return new LogSettings(segmentBytes, 60_000, 1_048_588);
    }

    protected void appendOneByOne(int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(Batch.at(log.endOffset()).build());
        }
    }

    protected void reopenLog() {
        log.close();
        log = store.open(PARTITION, TOPIC_ID, settings(1 << 20));
    }

    /** Base offsets of the batches a read returns, after checking that each is verbatim. */
    private List<Long> read(long offset, long limitOffset, int maxBytes, boolean atLeastOne) {
        LogSlice slice = log.read(offset, limitOffset, maxBytes, atLeastOne);
        try {
            return baseOffsets(slice);
        } finally {
            slice.release();
        }
    }

    private List<Long> readAll(long offset) {
        return read(offset, Long.MAX_VALUE, NO_LIMIT, true);
    }

    protected static List<Long> baseOffsets(LogSlice slice) {
        return SliceBatches.of(slice).stream()
                .map(batch -> BatchHeader.baseOffset(batch, 0))
                .toList();
    }

    @Test
    void shouldStartEmpty() {
        assertEquals(0, log.startOffset());
        assertEquals(0, log.endOffset());
        assertEquals(0, log.sizeInBytes());
        assertEquals(List.of(new SegmentInfo(0, 0, 0, 0, -1)), log.segments());
        assertEquals(List.of(), readAll(0));
        assertEquals(Optional.empty(), log.maxTimestamp());
        assertEquals(Optional.empty(), log.findByTimestamp(0));
    }

    @Test
    void shouldReturnVerbatimWhatWasAppended() {
        ByteBuffer heap = Batch.at(0).records(3).leaderEpoch(7).build();
        ByteBuffer direct = Batch.at(3).valueBytes(5000).compressed().buildDirect();
        log.append(heap);
        log.append(direct);
        log.append(Batch.at(4).build().asReadOnlyBuffer());

        LogSlice slice = log.read(0, Long.MAX_VALUE, NO_LIMIT, true);

        assertEquals(5, slice.nextOffset());
        assertEquals(heap.remaining() + direct.remaining() + Batch.at(4).build().remaining(), slice.sizeInBytes());
        ByteBuffer all = ByteBuffer.allocate(slice.sizeInBytes());
        slice.regions().forEach(region -> all.put(region.duplicate()));
        slice.release();
        assertEquals(heap, all.slice(0, heap.remaining()));
        assertEquals(direct, all.slice(heap.remaining(), direct.remaining()));
    }

    @Test
    void shouldReturnSmallAndLargeBatchesInOrder() {
        for (int i = 0; i < 600; i++) {
            log.append(Batch.at(i).valueBytes(i % 7 == 0 ? 3000 : i % 500).build());
        }

        LogSlice slice = log.read(0, Long.MAX_VALUE, NO_LIMIT, true);

        List<ByteBuffer> batches = SliceBatches.of(slice);
        assertEquals(600, batches.size());
        for (int i = 0; i < 600; i++) {
            assertEquals(Batch.at(i).valueBytes(i % 7 == 0 ? 3000 : i % 500).build(), batches.get(i));
        }
        slice.release();
    }

    @Test
    void shouldLeaveTheBuffersPositionAndTakeOneFromTheMiddle() {
        ByteBuffer batch = Batch.at(0).build();
        ByteBuffer inMiddle = ByteBuffer.allocate(batch.remaining() + 20);
        inMiddle.position(7).mark();
        inMiddle.put(batch).flip().position(7);

        log.append(inMiddle);

        assertEquals(7, inMiddle.position());
        assertEquals(List.of(0L), readAll(0));
    }

    @Test
    void shouldRefuseWhatIsNotTheNextBatch() {
        log.append(Batch.at(0).records(5).build());
        ByteBuffer two = ByteBuffer.allocate(1000)
                .put(Batch.at(5).build())
                .put(Batch.at(6).build())
                .flip();

        assertThrows(
                IllegalArgumentException.class, () -> log.append(Batch.at(4).build()));
        assertThrows(IllegalArgumentException.class, () -> log.append(two));
        assertThrows(IllegalArgumentException.class, () -> log.append(ByteBuffer.allocate(20)));
        ByteBuffer oldMagic = Batch.at(5).build().put(16, (byte) 1);
        assertThrows(IllegalArgumentException.class, () -> log.append(oldMagic));
        assertEquals(5, log.endOffset());
    }

    @Test
    void shouldReadFromTheBatchThatHoldsTheOffset() {
        log.append(Batch.at(0).records(5).build());
        log.append(Batch.at(5).records(5).build());

        assertEquals(List.of(0L, 5L), readAll(4));
        assertEquals(List.of(5L), readAll(5));
        assertEquals(List.of(5L), readAll(9));
        assertEquals(List.of(), readAll(10));
        assertThrows(OffsetOutOfRangeException.class, () -> readAll(11));
        assertThrows(OffsetOutOfRangeException.class, () -> readAll(-1));
    }

    @Test
    void shouldAllowGapsBetweenBatches() {
        log.append(Batch.at(10).records(2).build());
        log.append(Batch.at(50).build());
        log.roll();
        log.append(Batch.at(90).build());

        assertEquals(91, log.endOffset());
        assertEquals(List.of(10L, 50L, 90L), readAll(0));
        assertEquals(List.of(50L, 90L), readAll(12));
        assertEquals(List.of(90L), readAll(60));
    }

    @Test
    void shouldKeepToTheLimits() {
        appendOneByOne(10);
        int batchBytes = Batch.at(0).build().remaining();

        assertEquals(List.of(2L, 3L, 4L), read(2, 5, NO_LIMIT, true));
        assertEquals(List.of(), read(5, 5, NO_LIMIT, true));
        assertEquals(List.of(2L, 3L, 4L), read(2, Long.MAX_VALUE, 3 * batchBytes, false));
        assertEquals(List.of(2L, 3L), read(2, Long.MAX_VALUE, 3 * batchBytes - 1, false));
        assertEquals(List.of(2L), read(2, Long.MAX_VALUE, 1, true));
        assertEquals(List.of(), read(2, Long.MAX_VALUE, 1, false));
        assertEquals(List.of(), read(2, Long.MAX_VALUE, 0, false));
    }

    @Test
    void shouldRollByBytes() {
        int batchBytes = Batch.at(0).build().remaining();
        log.configure(settings(3 * batchBytes));
        appendOneByOne(7);

        assertEquals(
                List.of(0L, 3L, 6L),
                log.segments().stream().map(SegmentInfo::baseOffset).toList());
        assertEquals(
                List.of(3L, 6L, 7L),
                log.segments().stream().map(SegmentInfo::nextOffset).toList());
        assertEquals(3L * batchBytes, log.segments().get(0).sizeInBytes());
        assertEquals(7L * batchBytes, log.sizeInBytes());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L), readAll(0));
        assertEquals(List.of(4L, 5L, 6L), readAll(4));
    }

    @Test
    void shouldRollByTime() {
        appendOneByOne(1);
        nowMs.addAndGet(59_999);
        appendOneByOne(1);
        assertEquals(1, log.segments().size());

        nowMs.addAndGet(1);
        appendOneByOne(1);

        assertEquals(2, log.segments().size());
        assertEquals(2, log.segments().get(1).baseOffset());
    }

    @Test
    void shouldRollOnDemandButNotTwice() {
        log.roll();
        assertEquals(1, log.segments().size());
        appendOneByOne(2);
        log.roll();
        log.roll();

        assertEquals(2, log.segments().size());
        assertEquals(new SegmentInfo(2, 2, 0, 0, -1), log.segments().get(1));
        appendOneByOne(1);
        assertEquals(List.of(0L, 1L, 2L), readAll(0));
    }

    @Test
    void shouldFindRecordsByTime() {
        log.append(Batch.at(0).timestamps(100, 300, 200).leaderEpoch(4).build());
        log.append(Batch.at(3).timestamps(250, 260).compressed().build());
        log.roll();
        log.append(Batch.at(5)
                .timestamps(400, 500, 500)
                .leaderEpoch(5)
                .compressed()
                .build());
        log.append(Batch.at(8).timestamps(90).build());

        assertEquals(Optional.of(new TimestampedOffset(0, 100, 4)), log.findByTimestamp(0));
        assertEquals(Optional.of(new TimestampedOffset(1, 300, 4)), log.findByTimestamp(101));
        assertEquals(Optional.of(new TimestampedOffset(5, 400, 5)), log.findByTimestamp(301));
        assertEquals(Optional.of(new TimestampedOffset(6, 500, 5)), log.findByTimestamp(401));
        assertEquals(Optional.empty(), log.findByTimestamp(501));
        assertEquals(Optional.of(new TimestampedOffset(6, 500, 5)), log.maxTimestamp());
    }

    @Test
    void shouldNotFindTrimmedRecords() {
        log.append(Batch.at(0).timestamps(900, 300).build());
        log.append(Batch.at(2).timestamps(400, 500).build());
        log.append(Batch.at(4).timestamps(450).build());

        log.trimTo(1);
        assertEquals(Optional.of(new TimestampedOffset(1, 300, 0)), log.findByTimestamp(0));
        assertEquals(Optional.of(new TimestampedOffset(3, 500, 0)), log.findByTimestamp(450));
        assertEquals(Optional.of(new TimestampedOffset(3, 500, 0)), log.maxTimestamp());
        log.trimTo(4);
        assertEquals(Optional.of(new TimestampedOffset(4, 450, 0)), log.maxTimestamp());
        log.trimTo(5);
        assertEquals(Optional.empty(), log.maxTimestamp());
    }

    @Test
    void shouldFindByTimeInAnyOfManyBatches() {
        log.configure(settings(200_000));
        for (int i = 0; i < 1000; i++) {
            log.append(Batch.at(i).timestamps(10L * i).valueBytes(900).build());
        }
        for (int i = 0; i < 1000; i += 37) {
            assertEquals(Optional.of(new TimestampedOffset(i, 10L * i, 0)), log.findByTimestamp(10L * i - 9));
        }
    }

    @Test
    void shouldTrimFromTheFront() {
        log.configure(settings(3 * Batch.at(0).build().remaining()));
        appendOneByOne(10);

        log.trimTo(4);

        assertEquals(4, log.startOffset());
        assertEquals(
                List.of(3L, 6L, 9L),
                log.segments().stream().map(SegmentInfo::baseOffset).toList());
        assertEquals(List.of(4L, 5L, 6L, 7L, 8L, 9L), readAll(4));
        assertThrows(OffsetOutOfRangeException.class, () -> readAll(3));
        log.trimTo(2);
        assertEquals(4, log.startOffset());
        assertThrows(OffsetOutOfRangeException.class, () -> log.trimTo(11));
        reopenLog();
        assertEquals(4, log.startOffset());
        assertEquals(10, log.endOffset());
    }

    @Test
    void shouldGoOnAfterEverythingWasTrimmed() {
        appendOneByOne(5);

        log.trimTo(5);

        assertEquals(5, log.startOffset());
        assertEquals(0, log.sizeInBytes());
        assertEquals(List.of(new SegmentInfo(5, 5, 0, 0, -1)), log.segments());
        reopenLog();
        assertEquals(5, log.startOffset());
        assertEquals(5, log.endOffset());
        appendOneByOne(2);
        assertEquals(List.of(5L, 6L), readAll(5));
        reopenLog();
        assertEquals(List.of(5L, 6L), readAll(5));
    }

    @Test
    void shouldTruncateOnABatchBorder() {
        log.append(Batch.at(0).records(5).build());
        log.append(Batch.at(5).records(5).build());
        log.append(Batch.at(10).records(5).build());

        log.truncateTo(20);
        assertEquals(15, log.endOffset());
        log.truncateTo(8);

        assertEquals(5, log.endOffset());
        assertEquals(List.of(0L), readAll(0));
        log.append(Batch.at(5).records(2).build());
        assertEquals(List.of(0L, 5L), readAll(0));
        reopenLog();
        assertEquals(7, log.endOffset());
        assertEquals(List.of(0L, 5L), readAll(0));
    }

    @Test
    void shouldTruncateAcrossSegments() {
        log.configure(settings(3 * Batch.at(0).build().remaining()));
        for (int target : new int[] {8, 6, 4, 3, 1, 0}) {
            appendOneByOne(10 - (int) log.endOffset());
            log.truncateTo(target);

            assertEquals(target, log.endOffset());
            assertEquals(target, readAll(0).size());
        }
        appendOneByOne(4);
        assertEquals(List.of(0L, 1L, 2L, 3L), readAll(0));
    }

    @Test
    void shouldTruncateBelowTheStart() {
        log.append(Batch.at(0).records(5).build());
        log.append(Batch.at(5).records(5).build());
        log.trimTo(7);

        log.truncateTo(3);

        assertTrue(log.endOffset() <= 3);
        assertTrue(log.startOffset() <= log.endOffset());
        appendOneByOne(1);
        assertEquals(1, readAll(log.startOffset()).size());
    }

    @Test
    void shouldForgetTimestampsThatWereTruncated() {
        log.append(Batch.at(0).timestamps(100).build());
        log.append(Batch.at(1).timestamps(900).build());

        log.truncateTo(1);

        assertEquals(Optional.of(new TimestampedOffset(0, 100, 0)), log.maxTimestamp());
        assertEquals(Optional.empty(), log.findByTimestamp(101));
    }

    @Test
    void shouldKeepEverythingOverAReopen() {
        log.configure(settings(3 * Batch.at(0).build().remaining()));
        appendOneByOne(8);
        List<SegmentInfo> segments = segmentsButForTheDisk();

        reopenLog();

        assertEquals(8, log.endOffset());
        assertEquals(segments, segmentsButForTheDisk());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L), readAll(0));
        appendOneByOne(1);
        assertEquals(List.of(7L, 8L), readAll(7));
    }

    /** What is reserved for an open log is given back when it is closed. */
    private List<SegmentInfo> segmentsButForTheDisk() {
        return log.segments().stream()
                .map(s -> new SegmentInfo(s.baseOffset(), s.nextOffset(), s.sizeInBytes(), 0, s.maxTimestampMs()))
                .toList();
    }

    @Test
    void shouldKeepASliceReadableAfterTrimTruncateCloseAndDelete() {
        appendOneByOne(3);
        LogSlice slice = log.read(0, Long.MAX_VALUE, NO_LIMIT, true);
        log.truncateTo(1);
        appendOneByOne(1);
        log.trimTo(2);
        log.close();
        store.delete(PARTITION);

        assertEquals(List.of(0L, 1L, 2L), baseOffsets(slice));
        slice.release();
        assertThrows(IllegalStateException.class, slice::release);
    }

    @Test
    void shouldForceWithoutChangingAnything() {
        log.force();
        appendOneByOne(2);
        log.roll();
        appendOneByOne(1);
        log.force();

        assertEquals(List.of(0L, 1L, 2L), readAll(0));
    }

    @Test
    void shouldListDeleteAndRecreatePartitions() {
        appendOneByOne(3);
        TopicPartition other = new TopicPartition("with-dash.1", 0);
        Uuid otherId = Uuid.randomUuid();
        PartitionLog otherLog = store.open(other, otherId, settings(1000));
        otherLog.append(Batch.at(0).build());
        otherLog.close();

        assertEquals(
                List.of(
                        new LogStore.StoredPartition(PARTITION, TOPIC_ID),
                        new LogStore.StoredPartition(other, otherId)),
                store.partitions());
        log.close();
        store.delete(PARTITION);
        store.delete(PARTITION);
        assertEquals(List.of(new LogStore.StoredPartition(other, otherId)), store.partitions());

        log = store.open(PARTITION, Uuid.randomUuid(), settings(1000));
        assertEquals(0, log.endOffset());
        assertEquals(List.of(), readAll(0));
    }

    @Test
    void shouldRefuseAnotherTopicId() {
        appendOneByOne(1);
        log.close();

        assertThrows(
                InconsistentTopicIdException.class, () -> store.open(PARTITION, Uuid.randomUuid(), settings(1000)));
    }

    @Test
    void shouldRefuseToOpenALogTwice() {
        assertThrows(IllegalStateException.class, () -> store.open(PARTITION, TOPIC_ID, settings(1000)));
        assertThrows(IllegalStateException.class, () -> store.delete(PARTITION));
    }

    @Test
    void shouldOfferAFolderThatDiesWithTheLog() throws Exception {
        appendOneByOne(1);
        Path state = store.stateDirectory(PARTITION);
        Files.writeString(state.resolve("leader-epoch-checkpoint"), "0\n");
        reopenLog();
        assertTrue(Files.exists(state.resolve("leader-epoch-checkpoint")));
        log.close();

        store.delete(PARTITION);

        assertFalse(Files.exists(state));
    }

    @Test
    void shouldTellTheTimeOfTheAppendWhenRecordsHaveNone() {
        log.append(Batch.at(0).timestamps(-1).build());

        assertEquals(1_000_000, log.segments().get(0).maxTimestampMs());
    }

    @Test
    void shouldMoveTheDurableOffsetOnlyByForcing() {
        appendOneByOne(3);
        assertEquals(0, log.durableOffset());
        log.force();
        assertEquals(3, log.durableOffset());
        appendOneByOne(1);
        assertEquals(3, log.durableOffset());
        log.roll();
        appendOneByOne(1);
        log.force();
        assertEquals(5, log.durableOffset());
    }

    @Test
    void shouldTellTheListenerWhenARequestedForceIsDone() {
        BlockingQueue<Long> durable = new LinkedBlockingQueue<>();
        log.setForceListener(new ForceListener() {
            @Override
            public void onDurable(long durableOffset) {
                durable.add(durableOffset);
            }

            @Override
            public void onForceFailed(KafkaStorageException failure) {
                throw new AssertionError(failure);
            }
        });
        appendOneByOne(2);
        log.requestForce(0);
        await().until(() -> durable.contains(2L));
        appendOneByOne(2);
        log.requestForce(10);
        await().until(() -> durable.contains(4L));
        assertEquals(4, log.durableOffset());
    }

    @Test
    void shouldKnowAfterACleanCloseThatAllIsDurable() {
        appendOneByOne(3);
        reopenLog();
        assertEquals(3, log.durableOffset());
    }

    @Test
    void shouldNotCallDurableWhatTakesThePlaceOfATruncatedTail() {
        appendOneByOne(10);
        log.force();
        log.truncateTo(4);
        assertEquals(4, log.durableOffset());
        appendOneByOne(3);
        assertEquals(4, log.durableOffset());
    }

    @Test
    void shouldCountWhatWasTrimmedAsDurable() {
        appendOneByOne(10);
        log.trimTo(6);
        assertEquals(6, log.durableOffset());
    }
}
