package io.polestar.ops.bench;

import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an append costs over a bare copy into a mapped file, and over Chronicle's own append. Every iteration writes the
 * same number of bytes into fresh files, so each pays for its page faults.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 15)
@Fork(1)
public class LogAppendBenchmark {

    /** Bytes of an iteration in KiB: the score is nanoseconds a KiB, which is an append of 1 KB. */
    private static final int KIB = 200_000;

    private static final int HEADER_BYTES = 61 + 9;

    @Param({"1024", "16384", "65536", "262144"})
    private int batchBytes;

    private int appends;
    private ByteBuffer batch;
    private Path folder;
    private MappedFileCopy mapped;
    private SingleChronicleQueue queue;
    private ExcerptAppender appender;
    private BytesStore<?, ByteBuffer> batchStore;
    private ChronicleLogStore store;
    private PartitionLog log;

    @Setup(Level.Trial)
    public void buildBatch() {
        appends = (int) (KIB * 1024L / batchBytes);
        SimpleRecord one = new SimpleRecord(1000, null, new byte[batchBytes - HEADER_BYTES]);
        ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, one).buffer();
        batch = ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
        batchStore = BytesStore.wrap(batch.duplicate());
    }

    @Setup(Level.Iteration)
    public void open() throws IOException {
        folder = BenchFolder.create();
        mapped = new MappedFileCopy(folder.resolve("mapped"));
        queue = SingleChronicleQueueBuilder.binary(folder.resolve("queue").toFile())
                .blockSize(64L << 20)
                .rollCycle(LargeRollCycles.LARGE_DAILY)
                .build();
        appender = queue.createAppender();
        store = new ChronicleLogStore(folder.resolve("store"));
        log = store.open(
                new TopicPartition("bench", 0),
                Uuid.randomUuid(),
                new LogSettings(Integer.MAX_VALUE, Long.MAX_VALUE, 1 << 20));
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        mapped.close();
        appender.close();
        queue.close();
        log.close();
        store.close();
        BenchFolder.delete(folder);
    }

    @Benchmark
    @OperationsPerInvocation(KIB)
    public void bareMappedCopy() throws IOException {
        for (int i = 0; i < appends; i++) {
            batch.putLong(0, i);
            mapped.append(batch);
        }
    }

    @Benchmark
    @OperationsPerInvocation(KIB)
    public void chronicleWriteBytes() {
        for (int i = 0; i < appends; i++) {
            batch.putLong(0, i);
            appender.writeBytes(batchStore);
        }
    }

    @Benchmark
    @OperationsPerInvocation(KIB)
    public void partitionLog() {
        for (int i = 0; i < appends; i++) {
            batch.putLong(0, i);
            log.append(batch);
        }
    }
}
