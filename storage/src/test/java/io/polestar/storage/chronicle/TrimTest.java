package io.polestar.storage.chronicle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trim on a device that is slow, or refuses. */
@Timeout(30)
class TrimTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final LogSettings SETTINGS = new LogSettings(1 << 20, Long.MAX_VALUE, 1 << 20);

    /** Forces of the start offset wait for a permit; none has one after {@link #refuse}. */
    private static final class SlowDisk implements Disk {
        private final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
        private volatile boolean refuses;

        @Override
        public void force(Path file) throws IOException {
            if (file.getFileName().toString().equals("partition.metadata.tmp")) {
                permits.acquireUninterruptibly();
                if (refuses) {
                    throw new IOException("No space left on device");
                }
            }
            Disk.system().force(file);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            Disk.system().forceDirectory(directory);
        }

        @Override
        public long freeBytes(Path directory) throws IOException {
            return Disk.system().freeBytes(directory);
        }
    }

    @TempDir
    Path folder;

    private final SlowDisk disk = new SlowDisk();
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private ChronicleLogStore store;
    private PartitionLog log;

    @BeforeEach
    void open() {
        store = new ChronicleLogStore(
                folder, new ChronicleLogStore.Options(System::currentTimeMillis, 100, Duration.ofMinutes(10), disk));
        log = store.open(PARTITION, TOPIC_ID, SETTINGS);
        append(5);
        log.roll();
        append(5);
    }

    @AfterEach
    void close() {
        disk.permits.release();
        other.shutdown();
        store.close();
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(batchAt(log.endOffset()));
        }
    }

    private static ByteBuffer batchAt(long offset) {
        return Batch.at(offset).valueBytes(2000).build();
    }

    private boolean segmentIsThere() {
        return Files.exists(SegmentFile.of(store.stateDirectory(PARTITION), 0));
    }

    @Test
    void shouldLetAppendsAndReadsGoOnWhileTheNewStartIsMadeDurable() throws Exception {
        disk.permits.drainPermits();
        Future<?> trim = other.submit(() -> log.trimTo(7));
        await().until(disk.permits::hasQueuedThreads);

        append(3);
        log.read(0, Long.MAX_VALUE, 100, true).release();
        assertEquals(0, log.startOffset());
        assertTrue(segmentIsThere(), "nothing goes before the start is on the device");

        disk.permits.release();
        trim.get();
        assertEquals(7, log.startOffset());
        assertEquals(13, log.endOffset());
        assertFalse(segmentIsThere());
    }

    @Test
    void shouldBeAsItWasAndTrimLaterWhenTheNewStartCannotBeWritten() {
        disk.refuses = true;
        assertThrows(KafkaStorageException.class, () -> log.trimTo(7));
        assertEquals(0, log.startOffset());
        assertTrue(segmentIsThere());
        append(1);

        disk.refuses = false;
        log.trimTo(7);
        assertEquals(7, log.startOffset());
        assertFalse(segmentIsThere());
    }

    @Test
    void shouldServeWhoHoldsASliceOfWhatIsGone() {
        LogSlice held = log.read(0, Long.MAX_VALUE, 1 << 20, true);
        log.trimTo(10);
        assertFalse(segmentIsThere());
        append(1);

        List<ByteBuffer> batches = SliceBatches.of(held);
        for (int i = 0; i < 10; i++) {
            assertEquals(batchAt(i), batches.get(i));
        }
        held.release();
    }
}
