package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import io.polestar.storage.SliceBatches;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads read while others append, roll, trim, force and close idle queues. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ConcurrencyTest {

    private static final int BATCHES = 30_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    Path folder;

    private ChronicleLogStore store;
    private volatile boolean done;

    @BeforeEach
    void open() {
        store = new ChronicleLogStore(
                folder, new ChronicleLogStore.Options(System::currentTimeMillis, 2, Duration.ofMillis(1)));
    }

    @AfterEach
    void close() {
        threads.shutdown();
        store.close();
    }

    private PartitionLog open(int partition) {
        LogSettings settings = new LogSettings(300_000, Long.MAX_VALUE, 100_000);
        return store.open(new TopicPartition("busy", partition), Uuid.randomUuid(), settings);
    }

    @Test
    void shouldReadWhatIsCompleteWhileTheLogChanges() throws Exception {
        PartitionLog log = open(0);
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SplittableRandom random = new SplittableRandom(i);
            readers.add(threads.submit(() -> readUntilDone(log, random)));
        }
        Future<?> forcing = threads.submit(() -> untilDone(log::force));
        Future<?> closing = threads.submit(() -> untilDone(store::closeIdle));

        for (int i = 0; i < BATCHES; i++) {
            log.append(batchAt(i));
            if (i % 3000 == 2999) {
                log.trimTo(i - 1500);
            }
        }
        done = true;

        for (Future<?> reader : readers) {
            reader.get();
        }
        forcing.get();
        closing.get();
        assertEquals(BATCHES, log.endOffset());
    }

    /** Most of them are stored through the mapping, some are written to the file. */
    private static ByteBuffer batchAt(long offset) {
        int valueBytes = offset % 100 == 99 ? 40_000 : (int) (offset % 400);
        return Batch.at(offset).valueBytes(valueBytes).buildDirect();
    }

    /** Each rewrite drops some batches: what a reader gets is in order, verbatim, and ends where the log does. */
    @Test
    void shouldReadTheOldOrTheNewSegmentsWhileTheyAreRewritten() throws Exception {
        PartitionLog log = open(0);
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SplittableRandom random = new SplittableRandom(i);
            readers.add(threads.submit(() -> untilDone(() -> readInOrder(log, random))));
        }
        Future<?> rewriting = threads.submit(() -> untilDone(() -> dropSome(log)));
        Future<?> closing = threads.submit(() -> untilDone(store::closeIdle));

        for (int i = 0; i < BATCHES; i++) {
            log.append(batchAt(i));
        }
        done = true;

        for (Future<?> reader : readers) {
            reader.get();
        }
        rewriting.get();
        closing.get();
        assertEquals(BATCHES, log.endOffset());
        assertTrue(log.sizeInBytes() < BATCHES * 600L);
    }

    private static void dropSome(PartitionLog log) {
        List<SegmentInfo> segments = log.segments();
        long toOffset = segments.get(Math.max(0, segments.size() - 2)).baseOffset();
        log.rewrite(0, toOffset, batch -> {
            long offset = BatchHeader.baseOffset(batch, batch.position());
            return offset % 7 == 0 || offset % 1000 > 950 ? Optional.of(batch) : Optional.empty();
        });
    }

    private static void readInOrder(PartitionLog log, SplittableRandom random) {
        long end = log.endOffset();
        long offset = random.nextLong(end + 1);
        LogSlice slice = log.read(offset, Long.MAX_VALUE, 50_000, true);
        long expected = offset;
        for (ByteBuffer batch : SliceBatches.of(slice)) {
            long baseOffset = BatchHeader.baseOffset(batch, 0);
            assertTrue(baseOffset >= expected);
            assertTrue(LongStream.range(expected, baseOffset).noneMatch(skipped -> skipped % 7 == 0));
            assertEquals(batchAt(baseOffset), batch);
            expected = baseOffset + 1;
        }
        slice.release();
        assertTrue(expected > offset || offset >= end);
    }

    private void untilDone(Runnable action) {
        while (!done) {
            action.run();
            Thread.yield();
        }
    }

    private void readUntilDone(PartitionLog log, SplittableRandom random) {
        while (!done) {
            long start = log.startOffset();
            long end = log.endOffset();
            long offset = start + random.nextLong(end - start + 1);
            try {
                verifySlice(log.read(offset, Long.MAX_VALUE, 50_000, true), offset, end);
            } catch (OffsetOutOfRangeException e) {
                assertTrue(log.startOffset() > offset);
            }
        }
    }

    private static void verifySlice(LogSlice slice, long offset, long end) {
        long expected = offset;
        for (ByteBuffer region : SliceBatches.of(slice)) {
            assertEquals(expected, BatchHeader.baseOffset(region, 0));
            assertEquals(batchAt(expected), region);
            expected++;
        }
        slice.release();
        assertTrue(expected > offset || offset >= end);
    }

    /** To the very end too, where the trim ends the active segment under the appender. */
    @Test
    void shouldAppendWhileTheLogIsTrimmed() throws Exception {
        PartitionLog log = open(0);
        Future<?> trimming = threads.submit(() -> untilDone(() -> log.trimTo(log.endOffset())));
        Future<?> closing = threads.submit(() -> untilDone(store::closeIdle));

        for (int i = 0; i < 3000; i++) {
            log.append(batchAt(i));
        }
        done = true;

        trimming.get();
        closing.get();
        assertEquals(3000, log.endOffset());
        log.append(batchAt(3000));
        verifySlice(log.read(3000, Long.MAX_VALUE, 50_000, true), 3000, 3001);
    }

    @Test
    void shouldAppendToMoreLogsThanMayBeOpenFromManyThreads() throws Exception {
        List<Future<?>> appenders = new ArrayList<>();
        for (int partition = 0; partition < 6; partition++) {
            PartitionLog log = open(partition);
            appenders.add(threads.submit(() -> {
                for (int i = 0; i < 300; i++) {
                    log.append(Batch.at(i).build());
                }
                assertEquals(300, log.endOffset());
            }));
        }
        for (Future<?> appender : appenders) {
            appender.get();
        }
    }
}
