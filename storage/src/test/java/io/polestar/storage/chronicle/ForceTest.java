package io.polestar.storage.chronicle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.Disk;
import io.polestar.storage.ForceListener;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is forced, in which order, how often, and what a device that refuses does. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ForceTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final LogSettings SETTINGS = new LogSettings(1 << 20, 60_000, 1 << 20);

    /** Notes what is forced; lets through as many forces of segments as it has permits; fails when told to. */
    private static final class WatchedDisk implements Disk {
        private final List<Path> forced = new CopyOnWriteArrayList<>();
        private final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
        private final AtomicReference<IOException> fault = new AtomicReference<>();

        @Override
        public void force(Path file) throws IOException {
            if (file.toString().endsWith(".cq4")) {
                permits.acquireUninterruptibly();
            }
            if (fault.get() != null) {
                throw fault.get();
            }
            Disk.system().force(file);
            forced.add(file);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            Disk.system().forceDirectory(directory);
            forced.add(directory);
        }

        @Override
        public long freeBytes(Path directory) throws IOException {
            return Disk.system().freeBytes(directory);
        }

        long segmentForces() {
            return forced.stream()
                    .filter(file -> file.toString().endsWith(".cq4"))
                    .count();
        }
    }

    private static final class Told implements ForceListener {
        private volatile long durableOffset = -1;
        private volatile KafkaStorageException failure;

        @Override
        public void onDurable(long offset) {
            durableOffset = offset;
        }

        @Override
        public void onForceFailed(KafkaStorageException e) {
            failure = e;
        }
    }

    @TempDir
    Path folder;

    private final WatchedDisk disk = new WatchedDisk();
    private final Told told = new Told();
    private ChronicleLogStore store;
    private PartitionLog log;

    @BeforeEach
    void open() {
        store = new ChronicleLogStore(
                folder, new ChronicleLogStore.Options(System::currentTimeMillis, 100, Duration.ofMinutes(10), disk));
        log = store.open(PARTITION, TOPIC_ID, SETTINGS);
        log.setForceListener(told);
        disk.forced.clear();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void append() {
        log.append(Batch.at(log.endOffset()).build());
    }

    private Path segment(int number) {
        return SegmentFile.of(folder.resolve("orders-0"), number);
    }

    @Test
    void shouldForceTheSegmentItsNameAndTheLogsNameTheFirstTime() {
        append();
        log.force();
        assertTrue(disk.forced.containsAll(List.of(segment(0), folder.resolve("orders-0"), folder)));
    }

    @Test
    void shouldForceTheSegmentAloneAfterwards() {
        append();
        log.force();
        disk.forced.clear();
        append();
        log.force();
        assertEquals(List.of(segment(0)), disk.forced);
    }

    @Test
    void shouldForceNothingWhenNothingWasAppended() {
        append();
        log.force();
        disk.forced.clear();
        log.force();
        assertEquals(List.of(), disk.forced);
    }

    @Test
    void shouldForceTheEndedSegmentBeforeTheNewOne() {
        append();
        log.roll();
        append();
        log.force();
        List<Path> segments = disk.forced.stream()
                .filter(file -> file.toString().endsWith(".cq4"))
                .toList();
        assertEquals(List.of(segment(0), segment(1)), segments);
    }

    @Test
    void shouldForceOnceForAllWhoAskWhileAForceRuns() {
        append();
        log.force();
        disk.forced.clear();
        disk.permits.drainPermits();
        append();
        log.requestForce(0);
        await().until(disk.permits::hasQueuedThreads);
        for (int i = 0; i < 50; i++) {
            append();
            log.requestForce(0);
        }
        disk.permits.release(2);
        await().until(() -> told.durableOffset == 52);
        assertEquals(2, disk.segmentForces());
        disk.permits.release(1000);
    }

    @Test
    void shouldForceSeveralLogsTogetherAndEachByOneThreadAtATime() {
        PartitionLog other = store.open(new TopicPartition("orders", 1), TOPIC_ID, SETTINGS);
        other.append(Batch.at(0).build());
        disk.permits.drainPermits();
        for (int i = 0; i < 50; i++) {
            append();
            log.requestForce(0);
        }
        other.requestForce(0);
        await().until(() -> disk.permits.getQueueLength() == 2);
        append();
        log.requestForce(0);
        assertEquals(2, disk.permits.getQueueLength());
        disk.permits.release(1000);
        await().until(() -> told.durableOffset == 51 && other.durableOffset() == 1);
    }

    @Test
    void shouldFailTheLogForGoodWhenTheDeviceRefuses() {
        append();
        log.force();
        append();
        disk.fault.set(new IOException("no such luck"));
        log.requestForce(0);
        await().until(() -> told.failure != null);
        disk.fault.set(null);
        assertTrue(told.failure.getMessage().contains("no such luck"));
        assertEquals(1, log.durableOffset());
        assertThrows(KafkaStorageException.class, this::append);
        assertThrows(KafkaStorageException.class, () -> log.read(0, 1, 1000, true));
        assertThrows(KafkaStorageException.class, () -> log.force());
    }

    @Test
    void shouldFailOneLogAndLeaveTheOthersAlone() {
        PartitionLog other = store.open(new TopicPartition("orders", 1), TOPIC_ID, SETTINGS);
        append();
        disk.fault.set(new IOException("no such luck"));
        log.requestForce(0);
        await().until(() -> told.failure != null);
        disk.fault.set(null);
        other.append(Batch.at(0).build());
        other.force();
        assertEquals(1, other.durableOffset());
    }

    @Test
    void shouldNotMarkTheStopAsCleanAfterAFailedForce() {
        append();
        disk.fault.set(new IOException("no such luck"));
        assertThrows(KafkaStorageException.class, () -> log.force());
        disk.fault.set(null);
        store.close();
        store = new ChronicleLogStore(folder);
        assertFalse(store.wasCleanStop());
        log = store.open(PARTITION, TOPIC_ID, SETTINGS);
        assertEquals(1, log.endOffset(), "what is left is read and checked again");
    }

    @Test
    void shouldForceWhatLiesBeforeAnEndedSegmentWhichACrashLeftUnforced() throws IOException {
        append();
        disk.permits.drainPermits();
        log.roll();
        append();
        Path crashed = SparseCopy.of(folder, folder.resolveSibling(folder.getFileName() + "-crashed"));
        disk.permits.release(1000);
        try (ChronicleLogStore after = new ChronicleLogStore(crashed)) {
            PartitionLog recovered = after.open(PARTITION, TOPIC_ID, SETTINGS);
            assertEquals(0, recovered.durableOffset());
            recovered.roll();
            await().until(() -> recovered.durableOffset() == 2);
        } finally {
            DurableFile.deleteTree(crashed);
        }
    }

    @Test
    void shouldFailTheLogWhenAnEndedSegmentCannotBeForced() {
        append();
        disk.fault.set(new IOException("no such luck"));
        log.roll();
        await().until(() -> told.failure != null);
        disk.fault.set(null);
        assertThrows(KafkaStorageException.class, this::append);
    }
}
