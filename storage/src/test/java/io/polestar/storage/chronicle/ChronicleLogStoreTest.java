package io.polestar.storage.chronicle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the Chronicle engine does besides the contract. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ChronicleLogStoreTest {

    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private final AtomicLong nowMs = new AtomicLong(1_000_000);

    @TempDir
    Path folder;

    private ChronicleLogStore store;

    @BeforeEach
    void openStore() {
        store = new ChronicleLogStore(folder, new ChronicleLogStore.Options(nowMs::get, 4, Duration.ofMinutes(10)));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void reopenStore() {
        store.close();
        openStore();
    }

    private PartitionLog open(int partition, int maxBatchBytes) {
        return store.open(
                new TopicPartition("orders", partition),
                TOPIC_ID,
                new LogSettings(1 << 30, Long.MAX_VALUE, maxBatchBytes));
    }

    private static void append(PartitionLog log, int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(Batch.at(log.endOffset()).build());
        }
    }

    private static void verifyHolds(PartitionLog log, long from, long to) {
        LogSlice slice = log.read(from, Long.MAX_VALUE, Integer.MAX_VALUE, true);
        long expected = from;
        for (ByteBuffer region : SliceBatches.of(slice)) {
            assertEquals(expected++, BatchHeader.baseOffset(region, 0));
        }
        slice.release();
        assertEquals(to, expected);
        assertEquals(to, log.endOffset());
    }

    private List<String> files(int partition) throws IOException {
        try (Stream<Path> files = Files.list(store.stateDirectory(new TopicPartition("orders", partition)))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsInUse() {
        DataDirectoryLockedException refusal =
                assertThrows(DataDirectoryLockedException.class, () -> new ChronicleLogStore(folder));

        assertTrue(refusal.getMessage().contains(folder.toString()));
        reopenStore();
    }

    @Test
    void shouldKeepItsIdAndRefuseANewerFormat() throws IOException {
        Uuid id = store.directoryId();
        reopenStore();
        assertEquals(id, store.directoryId());
        store.close();

        Files.writeString(folder.resolve("polestar.directory"), "format_version: 2\nwhatever: x\n");

        DataDirectoryFormatException refusal =
                assertThrows(DataDirectoryFormatException.class, () -> new ChronicleLogStore(folder));
        assertTrue(refusal.getMessage().contains("format version 2"));
    }

    @Test
    void shouldTakeNoDiskBeforeTheFirstAppend() {
        PartitionLog log = open(0, 1000);
        log.roll();
        log.read(0, 10, 10, true).release();

        log.force();
        log.close();
        log = open(0, 1000);
        assertFalse(Files.exists(store.stateDirectory(new TopicPartition("orders", 0))));
        assertEquals(0, store.openQueues());
        append(log, 1);
        assertEquals(1, store.openQueues());
    }

    @Test
    void shouldCloseQueuesThatAreIdleAndOpenThemAgain() {
        PartitionLog log = open(0, 1000);
        append(log, 3);
        nowMs.addAndGet(TimeUnit.MINUTES.toMillis(11));
        store.closeIdle();
        assertEquals(0, store.openQueues());

        verifyHolds(log, 0, 3);
        assertEquals(0, store.openQueues());
        append(log, 2);
        verifyHolds(log, 1, 5);
        assertEquals(1, store.openQueues());
        log.roll();
        store.closeIdle();
        append(log, 1);
        log.trimTo(5);
        nowMs.addAndGet(TimeUnit.MINUTES.toMillis(11));
        store.closeIdle();
        verifyHolds(log, 5, 6);
    }

    @Test
    void shouldKeepAtMostSoManyQueuesOpen() {
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            logs.add(open(i, 1000));
        }
        for (int round = 0; round < 3; round++) {
            for (PartitionLog log : logs) {
                nowMs.incrementAndGet();
                append(log, 2);
                assertTrue(store.openQueues() <= 4 + 4 / 4, "a quarter more until the background closes some");
            }
        }
        await().until(() -> store.openQueues() <= 4);
        logs.forEach(log -> verifyHolds(log, 0, 6));
    }

    @Test
    void shouldNotRecoverLogsThatWereIdleWhenTheProcessDied() throws IOException {
        PartitionLog log = open(0, 1000);
        append(log, 3);
        nowMs.addAndGet(TimeUnit.MINUTES.toMillis(11));
        store.closeIdle();

        Path copy =
                SparseCopy.of(folder, Files.createTempDirectory(folder, "copy").resolve("data"));

        Path checkpoint = copy.resolve("orders-0/log.checkpoint");
        assertTrue(LogCheckpoint.read(checkpoint.getParent())
                .orElseThrow()
                .isOf(checkpoint.getParent(), Disk.system().bootId()));
        assertFalse(LogCheckpoint.read(checkpoint.getParent())
                .orElseThrow()
                .isOf(checkpoint.getParent(), "another run of the system"));
        try (ChronicleLogStore other = new ChronicleLogStore(copy)) {
            verifyHolds(other.open(PARTITION, TOPIC_ID, new LogSettings(1000, 1000, 1000)), 0, 3);
        }
    }

    @Test
    void shouldTakeABatchThatNeedsALargerBlock() {
        PartitionLog log = open(0, 1000);
        append(log, 1);

        log.append(Batch.at(1).valueBytes(20 << 20).build());
        append(log, 1);
        log.append(Batch.at(3).valueBytes(40 << 20).buildDirect());
        append(log, 1);

        verifyHolds(log, 0, 5);
        reopenStore();
        PartitionLog reopened = open(0, 1000);
        verifyHolds(reopened, 0, 5);
        append(reopened, 1);
        verifyHolds(reopened, 0, 6);
    }

    @Test
    void shouldRecoverLargeBatchesWithASmallerBlock() throws IOException {
        PartitionLog log = open(0, 1000);
        log.append(Batch.at(0).valueBytes(40 << 20).build());
        append(log, 1);
        store.close();
        Files.delete(folder.resolve("orders-0/log.checkpoint"));

        openStore();

        PartitionLog reopened = open(0, 1000);
        append(reopened, 1);
        verifyHolds(reopened, 0, 3);
    }

    @Test
    void shouldRefuseABatchThatNoBlockHolds() {
        PartitionLog log = open(0, 1000);
        append(log, 1);
        byte[] size = ByteBuffer.allocate(4).putInt((300 << 20) - 12).array();
        ByteBuffer huge = ByteBuffer.allocateDirect(300 << 20);
        huge.put(8, size).put(16, (byte) 2).putLong(0, 1);

        assertThrows(RecordTooLargeException.class, () -> log.append(huge));

        append(log, 1);
        verifyHolds(log, 0, 2);
    }

    @Test
    void shouldAppendManyBatchesPastChroniclesOwnIndex() {
        PartitionLog log = open(0, 1000);
        int batches = 300_000;
        ByteBuffer batch = Batch.at(0).build();
        for (int i = 0; i < batches; i++) {
            log.append(batch.putLong(0, i));
        }

        for (long offset = 0; offset < batches; offset += 9973) {
            LogSlice slice = log.read(offset, Long.MAX_VALUE, 1, true);
            assertEquals(offset, BatchHeader.baseOffset(SliceBatches.of(slice).get(0), 0));
            slice.release();
        }
        verifyHolds(log, 0, batches);
        reopenStore();
        PartitionLog reopened = open(0, 1000);
        append(reopened, 1);
        verifyHolds(reopened, batches - 10, batches + 1);
    }

    @Test
    void shouldCloseWhenTheStoreCloses() {
        PartitionLog log = open(0, 1000);
        append(log, 2);

        store.close();

        assertThrows(KafkaStorageException.class, () -> append(log, 1));
        assertThrows(KafkaStorageException.class, () -> log.read(0, 1, 1, true));
        openStore();
        assertTrue(store.wasCleanStop());
        verifyHolds(open(0, 1000), 0, 2);
    }

    @Test
    void shouldIgnoreFoldersThatAreNoPartitions() throws IOException {
        PartitionLog log = open(0, 1000);
        append(log, 1);
        log.close();
        Files.createDirectories(folder.resolve("__cluster_metadata-0"));
        Files.createDirectories(folder.resolve("orders-x"));
        Files.createDirectories(folder.resolve("-1"));

        assertEquals(1, store.partitions().size());
    }

    @Test
    void shouldGiveADeletedPartitionsNameToANewTopic() throws IOException {
        PartitionLog log = open(0, 1000);
        append(log, 2);
        log.close();
        store.delete(PARTITION);
        assertFalse(Files.exists(folder.resolve("orders-0")));

        Uuid newId = Uuid.randomUuid();
        assertNotEquals(TOPIC_ID, newId);
        verifyHolds(store.open(PARTITION, newId, new LogSettings(1000, 1000, 1000)), 0, 0);
    }

    @Test
    void shouldFreeTheDiskOfAnAbandonedLogThatIsDeleted() throws IOException {
        PartitionLog log = open(0, 1000);
        append(log, 2);
        log.abandon();
        assertThrows(KafkaStorageException.class, () -> append(log, 1));

        store.delete(PARTITION);
        assertFalse(Files.exists(folder.resolve("orders-0")), "gone at once");
        store.close();
        assertEquals(0, deletedFolders(), "freed in the background");
    }

    @Test
    void shouldFreeTheDiskOfADeletedLogAfterTheDelayOrWhenAsked() throws IOException {
        writeAndDelete(Duration.ofMillis(1));
        Awaitility.await().until(() -> deletedFolders() == 0);

        writeAndDelete(Duration.ofHours(1));
        assertFalse(Files.exists(folder.resolve("orders-0")), "gone at once");
        assertEquals(1, deletedFolders());
        store.freeDeleted();
        Awaitility.await().until(() -> deletedFolders() == 0);
    }

    @Test
    void shouldFreeTheDiskOfALogDeletedBeforeAStopAfterTheNextStart() throws IOException {
        writeAndDelete(Duration.ofHours(1));
        reopenStore();
        Awaitility.await().until(() -> deletedFolders() == 0);
    }

    private void writeAndDelete(Duration delay) {
        PartitionLog log = open(0, 1000);
        append(log, 2);
        log.close();
        store.delete(PARTITION, delay);
    }

    private long deletedFolders() throws IOException {
        try (Stream<Path> left = Files.list(folder.resolve(".trash"))) {
            return left.count();
        }
    }

    @Test
    void shouldKeepASegmentSealedWhenTheLogIsClosedAgain() throws IOException {
        PartitionLog log = open(0, 1000);
        for (int i = 0; i < 6; i++) {
            log.append(Batch.at(i).valueBytes(1 << 20).build());
        }
        log.roll();
        Path directory = store.stateDirectory(PARTITION);
        Awaitility.await().until(() -> isSealed(directory));

        for (int i = 0; i < 2; i++) {
            reopenStore();
            PartitionLog reopened = open(0, 1000);
            reopened.read(0, Long.MAX_VALUE, 1, true).release();
            append(reopened, 1);
        }
        store.close();

        assertTrue(isSealed(directory));
    }

    private static boolean isSealed(Path directory) throws IOException {
        return SegmentIndexFile.read(directory, 0)
                .filter(SegmentIndexFile::sealed)
                .isPresent();
    }

    @Test
    void shouldForgetALogThatCouldNotBeClosedCleanly() throws IOException {
        PartitionLog log = open(0, 1000);
        append(log, 1);
        DurableFile.deleteTree(folder.resolve("orders-0"));

        assertThrows(KafkaStorageException.class, log::close);

        store.delete(PARTITION);
        verifyHolds(open(0, 1000), 0, 0);
    }

    @Test
    void shouldNotHaveChroniclesAnalyticsOnTheClassPath() {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("net.openhft.chronicle.analytics.Analytics"));
    }

    @Test
    void shouldLeaveNothingBehindAfterTheWarmUp(@TempDir Path parent) throws IOException {
        WarmUp.run(parent);

        try (Stream<Path> left = Files.list(parent)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void shouldUnmapWhatNobodyHoldsAnyMore() throws IOException {
        PartitionLog log = open(0, 1000);
        log.append(Batch.at(0).valueBytes(2000).build());
        LogSlice slice = log.read(0, Long.MAX_VALUE, 1000, true);
        log.close();
        store.delete(PARTITION);
        assertEquals(1, readOnlyMappings().size(), () -> readOnlyMappings().toString());

        slice.release();

        assertEquals(List.of(), readOnlyMappings());
    }

    /** Chronicle unmaps its own in the background, read-write; ours are read-only. */
    private static List<String> readOnlyMappings() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains(".cq4") && line.contains(" r--s "))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
