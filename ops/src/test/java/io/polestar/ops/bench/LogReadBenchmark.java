package io.polestar.ops.bench;

import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to take slices at random offsets of a log of 300 000 batches and to give them back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogReadBenchmark {

    private static final int BATCHES = 300_000;

    /** Batches below a kilobyte are copied into the slice, others are mapped. */
    @Param({"150", "950", "1200"})
    private int valueBytes;

    private final SplittableRandom random = new SplittableRandom(1);
    private Path folder;
    private ChronicleLogStore store;
    private PartitionLog log;

    @Setup
    public void fill() throws IOException {
        folder = BenchFolder.create();
        store = new ChronicleLogStore(folder);
        log = store.open(
                new TopicPartition("bench", 0),
                Uuid.randomUuid(),
                new LogSettings(Integer.MAX_VALUE, Long.MAX_VALUE, 1 << 20));
        ByteBuffer batch = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(1000, null, new byte[valueBytes]))
                .buffer();
        for (int i = 0; i < BATCHES; i++) {
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
    public int oneBatchAtARandomOffset() {
        return read(random.nextInt(BATCHES), 1);
    }

    @Benchmark
    public int aMegabyteAtARandomOffset() {
        return read(random.nextInt(BATCHES), 1 << 20);
    }

    private int read(long offset, int maxBytes) {
        LogSlice slice = log.read(offset, Long.MAX_VALUE, maxBytes, true);
        int bytes = slice.sizeInBytes();
        slice.release();
        return bytes;
    }
}
