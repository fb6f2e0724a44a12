package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Disk;
import io.polestar.storage.LogSlice;
import io.polestar.storage.LogStore;
import io.polestar.storage.memory.MemoryLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PartitionTest {
    private static final TopicPartition ID = new TopicPartition("weather", 0);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final int NODE = 1;
    private static final short ACKS_ALL = -1;

    @TempDir
    Path directory;

    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final List<String> losses = new ArrayList<>();
    private LogStore store;
    private Partition partition;

    @BeforeEach
    void open() {
        scheduler.startup();
        store = new MemoryLogStore(directory, System::currentTimeMillis);
        partition = lead(openPartition(Map.of()), 5);
    }

    @AfterEach
    void close() throws InterruptedException {
        partition.close();
        store.close();
        scheduler.shutdown();
    }

    @Test
    void shouldAssignOffsetsInOrderAndMoveTheHighWatermark() {
        assertEquals(0, append(records(3)).firstOffset());
        assertEquals(3, append(records(2)).firstOffset());
        assertEquals(5, partition.highWatermark());
        assertEquals(5, partition.lastStableOffset());
        assertEquals(List.of(0L, 3L), baseOffsets(0, IsolationLevel.READ_COMMITTED));
        assertEquals(List.of(3L), baseOffsets(4, IsolationLevel.READ_UNCOMMITTED));
    }

    @Test
    void shouldKeepWhatWasAppendedAndTellTheOthersWhenAListenerFails() {
        List<Long> told = new ArrayList<>();
        partition.addListener(new Partition.HighWatermarkListener() {
            @Override
            public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
                told.add(highWatermark);
                throw new IllegalStateException("a fault of the listener");
            }

            @Override
            public void onClosed(TopicPartition topicPartition) {}
        });

        assertEquals(0, append(records(3)).firstOffset());
        assertEquals(3, append(records(1)).firstOffset());
        assertEquals(List.of(3L, 4L), told);
    }

    @Test
    void shouldStampTheLeaderEpochOfTheTime() {
        append(records(1));
        lead(partition, 8);
        append(records(2));
        assertEquals(1, partition.endOfEpoch(5).orElseThrow().offset());
        assertEquals(1, partition.endOfEpoch(6).orElseThrow().offset());
        assertEquals(5, partition.endOfEpoch(6).orElseThrow().epoch());
        assertEquals(3, partition.endOfEpoch(8).orElseThrow().offset());
        assertTrue(partition.endOfEpoch(9).isEmpty());
    }

    @Test
    void shouldKnowNoEndOfAnEpochThatIsUndefinedWhenTheLogIsEmpty() {
        assertTrue(partition.endOfEpoch(RecordBatch.NO_PARTITION_LEADER_EPOCH).isEmpty());
        assertEquals(0, partition.endOfEpoch(3).orElseThrow().offset());
    }

    @Test
    void shouldKnowTheEndOfAnEpochInWhichNothingWasWritten() {
        append(records(4));
        lead(partition, 6);
        lead(partition, 7);
        assertEquals(4, partition.endOfEpoch(5).orElseThrow().offset());
        assertEquals(5, partition.endOfEpoch(6).orElseThrow().epoch());
        assertEquals(4, partition.endOfEpoch(7).orElseThrow().offset());
        assertEquals(5, partition.earliestEpoch().orElseThrow());
    }

    @Test
    void shouldRefuseWhenAnotherLeadsOrTheEpochDiffers() {
        assertThrows(FencedLeaderEpochException.class, () -> partition.requireLeader(OptionalInt.of(4)));
        assertThrows(UnknownLeaderEpochException.class, () -> partition.requireLeader(OptionalInt.of(6)));
        partition.follow(registration(2, 6));
        assertThrows(NotLeaderOrFollowerException.class, () -> append(records(1)));
    }

    @Test
    void shouldAnswerADuplicateWithItsFirstOffsets() {
        append(idempotent(7, 0, 0, 3));
        append(records(10));
        Partition.Appended again = append(idempotent(7, 0, 0, 3));
        assertEquals(0, again.firstOffset());
        assertEquals(13, partition.logEndOffset(), "nothing is stored twice");
    }

    @Test
    void shouldRefuseASequenceGapAndStoreNothingOfIt() {
        append(idempotent(7, 0, 0, 3));
        assertThrows(OutOfOrderSequenceException.class, () -> append(idempotent(7, 0, 4, 1)));
        assertEquals(3, partition.logEndOffset());
        assertEquals(3, append(idempotent(7, 0, 3, 1)).firstOffset());
    }

    @Test
    void shouldRefuseAnOlderProducerEpoch() {
        append(idempotent(7, 1, 0, 1));
        assertThrows(InvalidProducerEpochException.class, () -> append(idempotent(7, 0, 0, 1)));
    }

    @Test
    void shouldRefuseTransactionalRecordsOutsideATransaction() {
        MemoryRecords records = MemoryRecords.withTransactionalRecords(
                Compression.NONE, 7, (short) 0, 0, new SimpleRecord("v".getBytes()));
        assertThrows(InvalidTxnStateException.class, () -> append(records));
        assertEquals(0, partition.logEndOffset());
    }

    @Test
    void shouldKnowItsProducersAgainAfterACleanStopAndAfterACrash() {
        append(idempotent(7, 0, 0, 3));
        Partition crashed = partition; // its snapshot is never written
        store.close();
        partition = lead(openPartition(Map.of()), 6);
        assertEquals(0, append(idempotent(7, 0, 0, 3)).firstOffset());
        append(idempotent(7, 0, 3, 2));

        partition.close();
        partition = lead(openPartition(Map.of()), 7);
        assertEquals(3, append(idempotent(7, 0, 3, 2)).firstOffset());
        assertThrows(OutOfOrderSequenceException.class, () -> append(idempotent(7, 0, 6, 1)));
        assertEquals(5, crashed.logEndOffset(), "the same log");
    }

    @Test
    void shouldLearnItsEpochsFromTheWholeLogWhenTheirFileIsLost() throws IOException {
        append(records(1));
        lead(partition, 8);
        append(records(2));
        partition.close();
        Files.delete(store.stateDirectory(ID).resolve("leader-epoch-checkpoint"));

        partition = lead(openPartition(Map.of()), 9);

        assertEquals(1, partition.endOfEpoch(5).orElseThrow().offset());
        assertEquals(3, partition.endOfEpoch(8).orElseThrow().offset());
    }

    @Test
    void shouldForgetIdleProducersAndSurviveIt() {
        append(idempotent(7, 0, 0, 3));
        partition.forgetIdleProducers(Long.MAX_VALUE);
        assertTrue(partition.activeProducers().isEmpty());
        assertEquals(3, append(idempotent(7, 0, 9, 1)).firstOffset(), "an unknown producer may begin anywhere");
    }

    @Test
    void shouldTellListenersOfTheHighWatermarkAndOfTheEnd() {
        List<String> told = new ArrayList<>();
        partition.addListener(new Partition.HighWatermarkListener() {
            @Override
            public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
                told.add("high watermark " + highWatermark);
            }

            @Override
            public void onClosed(TopicPartition topicPartition) {
                told.add("closed");
            }
        });
        append(records(2));
        append(records(1));
        partition.follow(registration(2, 6));
        assertEquals(List.of("high watermark 2", "high watermark 3", "closed"), told);
    }

    @Test
    void shouldDeleteRecordsUpToTheHighWatermarkOnly() {
        append(records(3));
        append(records(3));
        assertEquals(3, partition.deleteRecordsBefore(3));
        assertThrows(OffsetOutOfRangeException.class, () -> partition.deleteRecordsBefore(7));
        assertThrows(OffsetOutOfRangeException.class, () -> partition.deleteRecordsBefore(-2));
        assertThrows(OffsetOutOfRangeException.class, () -> baseOffsets(0, IsolationLevel.READ_COMMITTED));
        assertEquals(3, partition.deleteRecordsBefore(1), "never back");
        assertEquals(6, partition.deleteRecordsBefore(-1));
        assertEquals(6, append(records(1)).firstOffset());
    }

    @Test
    void shouldNotDeleteRecordsOfACompactedTopic() {
        append(records(3));
        partition.configure(new LogConfig(Map.of("cleanup.policy", "compact")));
        assertThrows(PolicyViolationException.class, () -> partition.deleteRecordsBefore(1));
    }

    @Test
    void shouldStoreNothingOfACorruptBatch() {
        ByteBuffer bytes = records(1).buffer();
        bytes.put(bytes.limit() - 1, (byte) ~bytes.get(bytes.limit() - 1));
        assertThrows(CorruptRecordException.class, () -> append(MemoryRecords.readableRecords(bytes)));
        assertEquals(0, partition.logEndOffset());
    }

    @Test
    void shouldKeepOffsetsGaplessWhenManyThreadsAppend() throws Exception {
        int threads = 4;
        int each = 500;
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    append(records(2));
                }
                done.countDown();
            });
            thread.start();
        }
        done.await();
        List<Long> expected =
                IntStream.range(0, threads * each).mapToObj(i -> i * 2L).toList();
        assertEquals(expected, baseOffsets(0, IsolationLevel.READ_COMMITTED));
    }

    @Test
    void shouldRemoveExpiredSegmentsOfAnIdlePartition() {
        MemoryRecords old = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1000, "v".getBytes()));
        append(old);
        partition.configure(new LogConfig(Map.of("retention.ms", "1000")));
        partition.applyRetention(System.currentTimeMillis());
        assertEquals(1, partition.logStartOffset());
        assertEquals(1, partition.logEndOffset());
    }

    /** Notes what it is told. */
    private final class NotedLosses implements LossListener {
        @Override
        public void onRemoved(Removal removal) {
            assertEquals(TOPIC_ID, removal.topicId());
            losses.add(removal.cause() + " " + removal.fromOffset() + "-" + removal.toOffset());
        }

        @Override
        public void onLateRead(LateRead read) {
            losses.add(read.clientId() + " " + read.offset() + " of " + read.startOffset());
        }
    }

    @Test
    void shouldSayWhatWasRemovedAndWhoAskedForItAfterwards() {
        append(records(3));
        append(records(3));
        partition.deleteRecordsBefore(2);
        partition.noteOutOfRange(1, "late");
        partition.noteOutOfRange(7, "ahead");
        assertEquals(List.of("DELETE_RECORDS 0-2", "late 1 of 2"), losses);
    }

    @Test
    void shouldSayThatRetentionRemovedIt() {
        MemoryRecords old = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1000, "v".getBytes()));
        append(old);
        partition.configure(new LogConfig(Map.of("retention.ms", "1000")));
        partition.applyRetention(System.currentTimeMillis());
        assertEquals(List.of("RETENTION_TIME 0-1"), losses);
    }

    @Test
    void shouldSayThatTheSizeWasTooLargeBeforeItSaysThatTheTimeWasOver() {
        for (int i = 0; i < 4; i++) {
            append(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1000, "v".getBytes())));
        }
        long batchBytes = partition.sizeInBytes() / 4;
        partition.configure(
                new LogConfig(Map.of("segment.bytes", "1048576", "retention.bytes", Long.toString(2 * batchBytes))));
        partition.applyRetention(1000);
        assertEquals(List.of(), losses, "one segment, larger than what is too much");
        partition.configure(new LogConfig(Map.of("retention.bytes", "0")));
        partition.applyRetention(1000);
        assertEquals(List.of("RETENTION_SIZE 0-4"), losses);
        assertEquals(4, append(records(1)).firstOffset());
    }

    @Test
    void shouldKeepRecordsOfTheFuture() {
        append(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(9_000, "v".getBytes())));
        partition.configure(new LogConfig(Map.of("retention.ms", "1000")));
        partition.applyRetention(5_000);
        partition.applyRetention(10_000);
        assertEquals(List.of(), losses);
        partition.applyRetention(10_001);
        assertEquals(List.of("RETENTION_TIME 0-1"), losses);
    }

    @Test
    void shouldSayThatAllIsGoneWithTheTopic() {
        append(records(3));
        partition.deleteRecordsBefore(1);
        partition.abandon();
        assertEquals(List.of("DELETE_RECORDS 0-1", "TOPIC_DELETED 1-3"), losses);
    }

    private Partition openPartition(Map<String, String> configs) {
        LogConfig config = new LogConfig(configs);
        PartitionContext context = new PartitionContext(
                NODE,
                Time.SYSTEM,
                scheduler,
                new ProducerStateManagerConfig(86_400_000, true),
                900_000,
                new DiskSpace(Disk.system(), directory, 0),
                new NotedLosses());
        return new Partition(
                ID,
                TOPIC_ID,
                store.open(ID, TOPIC_ID, TopicConfigs.settings(config)),
                store.stateDirectory(ID),
                config,
                context);
    }

    private static Partition lead(Partition partition, int epoch) {
        partition.follow(registration(NODE, epoch));
        return partition;
    }

    private static PartitionRegistration registration(int leader, int epoch) {
        return new PartitionRegistration.Builder()
                .setReplicas(new int[] {leader})
                .setDirectories(new Uuid[] {DirectoryId.UNASSIGNED})
                .setIsr(new int[] {leader})
                .setLeader(leader)
                .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED)
                .setLeaderEpoch(epoch)
                .setPartitionEpoch(epoch)
                .build();
    }

    private Partition.Appended append(MemoryRecords records) {
        return partition.appendFromClient(records, ACKS_ALL);
    }

    private static MemoryRecords records(int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(System.currentTimeMillis(), ("value " + i).getBytes());
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    private static MemoryRecords idempotent(long producerId, int epoch, int sequence, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(System.currentTimeMillis(), ("value " + (sequence + i)).getBytes());
        }
        return MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) epoch, sequence, records);
    }

    private List<Long> baseOffsets(long from, IsolationLevel isolation) {
        List<Long> offsets = new ArrayList<>();
        long offset = from;
        while (offset < partition.highWatermark()) {
            LogSlice slice = partition.read(offset, 10_000, true, isolation);
            for (ByteBuffer region : slice.regions()) {
                for (RecordBatch batch : MemoryRecords.readableRecords(region).batches()) {
                    offsets.add(batch.baseOffset());
                }
            }
            offset = slice.nextOffset();
            slice.release();
        }
        return offsets;
    }
}
