package io.polestar.storage.chronicle;

import io.polestar.ops.bench.BenchFolder;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.TimestampedOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find a random offset and a random time: in the sparse index of a segment of 1 GiB alone, and in a log
 * of 300 000 batches in segments of 16 MiB, with the walk over headers that follows and the slice given back.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class IndexLookupBenchmark {

    private static final int ENTRIES = (1 << 30) / SegmentIndex.INTERVAL_BYTES;
    private static final int BATCHES = 300_000;
    private static final int VALUE_BYTES = 1000;

    private final SplittableRandom random = new SplittableRandom(1);
    private final SegmentIndex index = new SegmentIndex();
    private Path folder;
    private ChronicleLogStore store;
    private PartitionLog log;

    /** The batch with offset n has the timestamp n. */
    @Setup
    public void fill() throws IOException {
        for (int i = 0; i < ENTRIES; i++) {
            index.add(8L * i, (long) i * SegmentIndex.INTERVAL_BYTES, 8L * i - 1);
        }
        folder = BenchFolder.create();
        store = new ChronicleLogStore(folder);
        log = store.open(
                new TopicPartition("bench", 0), Uuid.randomUuid(), new LogSettings(16 << 20, Long.MAX_VALUE, 1 << 20));
        for (int i = 0; i < BATCHES; i++) {
            ByteBuffer batch = MemoryRecords.withRecords(
                            Compression.NONE, new SimpleRecord(i, null, new byte[VALUE_BYTES]))
                    .buffer();
            log.append(batch.putLong(0, i));
        }
    }

    @TearDown
    public void delete() throws IOException {
        log.close();
        store.close();
        BenchFolder.delete(folder);
    }

    @Benchmark
    public long offsetInTheIndexAlone() {
        return index.positionOf(random.nextInt(8 * ENTRIES));
    }

    @Benchmark
    public long timeInTheIndexAlone() {
        return index.positionBeforeTimestamp(random.nextInt(8 * ENTRIES));
    }

    @Benchmark
    public long offsetInTheLog() {
        LogSlice slice = log.read(random.nextInt(BATCHES), Long.MAX_VALUE, 1, true);
        int bytes = slice.sizeInBytes();
        slice.release();
        return bytes;
    }

    @Benchmark
    public Optional<TimestampedOffset> timeInTheLog() {
        return log.findByTimestamp(random.nextInt(BATCHES));
    }
}
