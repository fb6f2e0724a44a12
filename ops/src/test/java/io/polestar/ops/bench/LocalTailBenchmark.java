package io.polestar.ops.bench;

import io.polestar.storage.LogSettings;
import io.polestar.storage.LogStore.StoredPartition;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.chronicle.ChronicleLogStore;
import io.polestar.storage.chronicle.LocalLogs;
import io.polestar.storage.chronicle.LogFollower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
 * From before the append of a batch of 100 bytes to when a thread that follows the files has it in its hands and has said
 * so: the append, the way through the shared table and the mapped file, and one more way back between two cores.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LocalTailBenchmark {

    private static final TopicPartition PARTITION = new TopicPartition("bench", 0);

    private final ByteBuffer batch = MemoryRecords.withRecords(
                    Compression.NONE, new SimpleRecord(1000, null, new byte[30]))
            .buffer();
    private Path folder;
    private ChronicleLogStore store;
    private PartitionLog log;
    private Thread reader;
    private volatile long seen;
    private volatile boolean stopping;

    @Setup
    public void start() throws IOException {
        folder = BenchFolder.create();
        store = new ChronicleLogStore(folder);
        Uuid topicId = Uuid.randomUuid();
        log = store.open(PARTITION, topicId, new LogSettings(Integer.MAX_VALUE, Long.MAX_VALUE, 1 << 20));
        append();
        LogFollower follower = new LocalLogs(folder).follow(new StoredPartition(PARTITION, topicId), 0);
        follower.isServed();
        reader = new Thread(() -> follow(follower), "follower");
        reader.start();
    }

    private void follow(LogFollower follower) {
        try (follower) {
            while (!stopping) {
                if (follower.next() == null) {
                    Thread.onSpinWait();
                } else {
                    follower.stepOver();
                    seen = follower.nextOffset();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append() {
        log.append(batch.putLong(0, log.endOffset()));
        log.publish(log.endOffset(), log.endOffset());
    }

    @Benchmark
    public long fromAppendToHandlerAndBack() {
        append();
        long end = log.endOffset();
        while (seen < end) {
            Thread.onSpinWait();
        }
        return end;
    }

    @TearDown
    public void stop() throws Exception {
        stopping = true;
        reader.join();
        log.close();
        store.close();
        BenchFolder.delete(folder);
    }
}
