package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import io.polestar.storage.Disk;
import io.polestar.storage.LogSlice;
import io.polestar.storage.LogStore;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/** A compacted partition with a clock that the test moves, and a cleaner that runs when the test says so. */
final class CompactedLog implements AutoCloseable {
    static final TopicPartition ID = new TopicPartition("prices", 0);

    private static final Uuid TOPIC_ID = new Uuid(1, 2);
    private static final int NODE = 1;

    final SetTime time = new SetTime(1_000_000_000_000L);
    private final LogStore store;
    private final Path directory;
    private final Map<String, String> configs = new HashMap<>();
    private Partition partition;
    private LogCleaner cleaner;

    CompactedLog(LogStore store, Path directory) {
        this.store = store;
        this.directory = directory;
        configs.put("cleanup.policy", "compact");
        configs.put("min.cleanable.dirty.ratio", "0");
    }

    CompactedLog with(String config, Object value) {
        configs.put(config, value.toString());
        if (partition != null) {
            partition.configure(new LogConfig(configs));
        }
        return this;
    }

    CompactedLog open() {
        return open(Map.of());
    }

    CompactedLog open(Map<String, String> brokerConfigs) {
        LogConfig config = new LogConfig(configs);
        DiskSpace space = new DiskSpace(Disk.system(), directory, 0);
        PartitionContext context = new PartitionContext(
                NODE,
                time,
                new AtOnce(),
                new ProducerStateManagerConfig(86_400_000, true),
                900_000,
                space,
                new NoLosses());
        PartitionLog log = store.open(ID, TOPIC_ID, TopicConfigs.settings(config));
        partition = new Partition(ID, TOPIC_ID, log, store.stateDirectory(ID), config, context);
        partition.follow(new PartitionRegistration.Builder()
                .setReplicas(new int[] {NODE})
                .setDirectories(new Uuid[] {DirectoryId.UNASSIGNED})
                .setIsr(new int[] {NODE})
                .setLeader(NODE)
                .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED)
                .setLeaderEpoch(5)
                .setPartitionEpoch(5)
                .build());
        cleaner = new LogCleaner(BrokerConfig.of(brokerConfigs), () -> List.of(partition), space, time);
        return this;
    }

    void reopen() {
        partition.close();
        open();
    }

    Partition partition() {
        return partition;
    }

    LogCleaner cleaner() {
        return cleaner;
    }

    /** One batch; {@code a=1} puts, {@code a} alone deletes. */
    Partition.Appended append(String... records) {
        return append(Compression.NONE, records);
    }

    Partition.Appended append(Compression compression, String... records) {
        return partition.appendFromClient(MemoryRecords.withRecords(compression, simple(records)), (short) 1);
    }

    /** One batch of an idempotent producer. */
    Partition.Appended append(long producerId, int sequence, String... records) {
        return partition.appendFromClient(
                MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) 0, sequence, simple(records)),
                (short) 1);
    }

    /** One batch of a transaction. */
    Partition.Appended transactional(long producerId, int sequence, String... records) {
        VerificationGuard guard = partition.beginVerification(producerId, sequence, (short) 0, true);
        return partition.appendFromClient(
                MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producerId, (short) 0, sequence, simple(records)),
                (short) 1,
                guard);
    }

    /** The marker of a transaction. */
    void end(long producerId, ControlRecordType how) {
        partition.appendFromCoordinator(
                MemoryRecords.withEndTransactionMarker(
                        time.milliseconds(), producerId, (short) 0, new EndTransactionMarker(how, 1)),
                VerificationGuard.SENTINEL,
                (short) 1);
    }

    SimpleRecord[] simple(String... records) {
        SimpleRecord[] all = new SimpleRecord[records.length];
        for (int i = 0; i < records.length; i++) {
            String[] parts = records[i].split("=", 2);
            byte[] value = parts.length < 2 ? null : bytes(parts[1]);
            all[i] = new SimpleRecord(time.milliseconds(), bytes(parts[0]), value);
        }
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Ends the active segment. */
    void roll() {
        partition.log().roll();
    }

    /** One run, if the log is due. */
    boolean clean() {
        return cleaner.cleanDirtiest();
    }

    /** What a run from offset 0 reads: {@code 7 a=1}, and {@code 8 a} for a deletion. */
    List<String> records() {
        return batches().stream().flatMap(batch -> records(batch).stream()).toList();
    }

    static List<String> records(MutableRecordBatch batch) {
        List<String> all = new ArrayList<>();
        for (Record next : batch) {
            all.add(next.offset() + " " + text(next.key()) + (next.hasValue() ? "=" + text(next.value()) : ""));
        }
        return all;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** Every batch, copied. */
    List<MutableRecordBatch> batches() {
        List<MutableRecordBatch> all = new ArrayList<>();
        PartitionLog log = partition.log();
        LogSlice slice = log.read(log.startOffset(), Long.MAX_VALUE, Integer.MAX_VALUE, true);
        for (ByteBuffer region : slice.regions()) {
            ByteBuffer copy = ByteBuffer.allocate(region.remaining());
            copy.put(region.duplicate()).flip();
            MemoryRecords.readableRecords(copy).batches().forEach(all::add);
        }
        slice.release();
        return all;
    }

    Optional<Long> firstDirty() throws IOException {
        long offset = CleanerCheckpoint.read(partition.stateDirectory());
        return offset < 0 ? Optional.empty() : Optional.of(offset);
    }

    @Override
    public void close() {
        partition.close();
        store.close();
    }

    private static final class AtOnce implements Scheduler {
        @Override
        public void startup() {}

        @Override
        public void shutdown() {}

        @Override
        public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
            task.run();
            return null;
        }

        @Override
        public void resizeThreadPool(int newSize) {}
    }

    private static final class NoLosses implements LossListener {
        @Override
        public void onRemoved(Removal removal) {}

        @Override
        public void onLateRead(LateRead read) {}
    }
}
