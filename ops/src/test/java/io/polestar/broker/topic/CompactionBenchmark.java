package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import io.polestar.storage.Disk;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
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
 * What it costs to compact a log of 64 MB, as time for each MB of it: records of 1 KB, sixteen in a batch, of so many keys
 * that one record of eight is left. Every iteration compacts a log of its own, and forces what it wrote.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@Fork(1)
public class CompactionBenchmark {

    private static final int MEGABYTES = 64;
    private static final int RECORDS = MEGABYTES * 1024;
    private static final int KEYS = RECORDS / 8;
    private static final int BATCH = 16;
    private static final TopicPartition PRICES = new TopicPartition("prices", 0);

    @Param({"NONE", "LZ4"})
    private String compression;

    private final Random random = new Random(1);
    private Path folder;
    private ChronicleLogStore store;
    private KafkaScheduler scheduler;
    private Partition partition;
    private LogCleaner cleaner;

    @Setup(Level.Iteration)
    public void append() throws IOException {
        folder = Files.createTempDirectory("polestar-bench");
        store = new ChronicleLogStore(folder);
        scheduler = new KafkaScheduler(1);
        scheduler.startup();
        DiskSpace space = new DiskSpace(Disk.system(), folder, 0);
        partition = lead(space);
        for (int i = 0; i < RECORDS; i += BATCH) {
            partition.appendFromClient(batch(), (short) 1);
        }
        partition.log().roll();
        cleaner = new LogCleaner(BrokerConfig.of(Map.of()), () -> List.of(partition), space, Time.SYSTEM);
    }

    private Partition lead(DiskSpace space) {
        LogConfig config = new LogConfig(Map.of("cleanup.policy", "compact", "segment.bytes", 16 << 20));
        PartitionContext context = new PartitionContext(
                1,
                Time.SYSTEM,
                scheduler,
                new ProducerStateManagerConfig(86_400_000, true),
                900_000,
                space,
                new NoLosses());
        PartitionLog log = store.open(PRICES, Uuid.ONE_UUID, TopicConfigs.settings(config));
        Partition led = new Partition(PRICES, Uuid.ONE_UUID, log, store.stateDirectory(PRICES), config, context);
        led.follow(new PartitionRegistration.Builder()
                .setReplicas(new int[] {1})
                .setDirectories(new Uuid[] {DirectoryId.UNASSIGNED})
                .setIsr(new int[] {1})
                .setLeader(1)
                .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED)
                .setLeaderEpoch(1)
                .setPartitionEpoch(1)
                .build());
        return led;
    }

    private MemoryRecords batch() {
        SimpleRecord[] records = new SimpleRecord[BATCH];
        for (int i = 0; i < BATCH; i++) {
            byte[] key = ByteBuffer.allocate(8).putLong(random.nextInt(KEYS)).array();
            byte[] value = new byte[1000];
            random.nextBytes(value);
            records[i] = new SimpleRecord(System.currentTimeMillis(), key, value);
        }
        Compression codec = compression.equals("LZ4") ? Compression.lz4().build() : Compression.NONE;
        return MemoryRecords.withRecords(codec, records);
    }

    @TearDown(Level.Iteration)
    public void close() throws Exception {
        partition.close();
        store.close();
        scheduler.shutdown();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** @return whether it did, which keeps the work */
    @Benchmark
    @OperationsPerInvocation(MEGABYTES)
    public boolean compact() {
        return cleaner.cleanDirtiest();
    }

    private static final class NoLosses implements LossListener {
        @Override
        public void onRemoved(Removal removal) {}

        @Override
        public void onLateRead(LateRead read) {}
    }
}
