package io.polestar.broker.group;

import io.polestar.broker.coordinator.CoordinatorReadiness;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * How Kafka's coordinators write to our partitions. Safe for use from any thread; each coordinator calls it on one of
 * the runtime's event threads at a time.
 */
public final class PartitionLogWriter implements PartitionWriter {
    private record Registration(TopicPartition topicPartition, Listener listener) {}

    private final Partitions partitions;
    private final CoordinatorReadiness readiness;
    private final OffsetVerification verification;
    private final BiConsumer<TopicPartition, MemoryRecords> observer;
    private final Map<Registration, HighWatermarkAdapter> adapters = new ConcurrentHashMap<>();

    /** @param observer told of what was written, on the thread that did */
    PartitionLogWriter(
            Partitions partitions,
            CoordinatorReadiness readiness,
            OffsetVerification verification,
            BiConsumer<TopicPartition, MemoryRecords> observer) {
        this.partitions = partitions;
        this.readiness = readiness;
        this.verification = verification;
        this.observer = observer;
    }

    /**
     * For a coordinator that takes part in no transactions.
     *
     * @param observer told of what was written, on the thread that did
     */
    public static PartitionLogWriter withoutTransactions(
            Partitions partitions, CoordinatorReadiness readiness, BiConsumer<TopicPartition, MemoryRecords> observer) {
        return new PartitionLogWriter(
                partitions,
                readiness,
                (topicPartition, transactionalId, producerId, producerEpoch, apiVersion) ->
                        CompletableFuture.completedFuture(VerificationGuard.SENTINEL),
                observer);
    }

    /** The runtime calls this when a coordinator has been loaded and becomes active, which is how we learn of it. */
    @Override
    public void registerListener(TopicPartition topicPartition, Listener listener) {
        HighWatermarkAdapter adapter = new HighWatermarkAdapter(listener);
        adapters.put(new Registration(topicPartition, listener), adapter);
        partitions.find(topicPartition).ifPresent(partition -> partition.addListener(adapter));
        readiness.activated(topicPartition);
    }

    @Override
    public void deregisterListener(TopicPartition topicPartition, Listener listener) {
        readiness.deactivated(topicPartition);
        HighWatermarkAdapter adapter = adapters.remove(new Registration(topicPartition, listener));
        if (adapter != null) {
            partitions.find(topicPartition).ifPresent(partition -> partition.removeListener(adapter));
        }
    }

    @Override
    public LogConfig config(TopicPartition topicPartition) {
        return partitions.leader(topicPartition).config();
    }

    @Override
    public long append(
            TopicPartition topicPartition, VerificationGuard guard, MemoryRecords records, short transactionVersion) {
        long nextOffset = partitions
                .leader(topicPartition)
                .appendFromCoordinator(records, guard, transactionVersion)
                .nextOffset();
        observer.accept(topicPartition, records);
        return nextOffset;
    }

    /** Only TxnOffsetCommit asks for it. */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition topicPartition,
            String transactionalId,
            long producerId,
            short producerEpoch,
            int apiVersion) {
        return verification.verify(topicPartition, transactionalId, producerId, producerEpoch, apiVersion);
    }

    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition topicPartition, long deleteBeforeOffset) {
        return CompletableFuture.runAsync(
                () -> partitions.leader(topicPartition).deleteRecordsBefore(deleteBeforeOffset),
                partitions.background());
    }

    /** Passes high watermarks on until the partition's leadership ends, as {@link Listener} demands. */
    private static final class HighWatermarkAdapter implements Partition.HighWatermarkListener {
        private final Listener listener;
        private volatile boolean led = true;

        HighWatermarkAdapter(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
            if (led) {
                listener.onHighWatermarkUpdated(topicPartition, highWatermark);
            }
        }

        @Override
        public void onClosed(TopicPartition topicPartition) {
            led = false;
        }
    }
}
