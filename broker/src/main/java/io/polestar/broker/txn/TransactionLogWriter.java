package io.polestar.broker.txn;

import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes transitions to {@code __transaction_state}; only when one is committed does it become the id's state. Safe for use
 * from any thread; what has to wait for the disk goes on on the coordinator's own thread.
 */
final class TransactionLogWriter {
    private static final Logger log = LoggerFactory.getLogger(TransactionLogWriter.class);

    private final Partitions partitions;
    private final TransactionStates states;
    private final Supplier<TransactionVersion> version;
    private final ScheduledExecutorService executor;
    private final Time time;

    /** @param version the cluster's {@code transaction.version}, which says how records are written */
    TransactionLogWriter(
            Partitions partitions,
            TransactionStates states,
            Supplier<TransactionVersion> version,
            ScheduledExecutorService executor,
            Time time) {
        this.partitions = partitions;
        this.states = states;
        this.version = version;
        this.executor = executor;
        this.time = time;
    }

    /**
     * Writes a transition that was prepared under the metadata's lock, and completes it.
     *
     * @return fails with NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, or what the log said; nothing is pending then
     */
    CompletableFuture<Void> write(Owned owned, TxnTransitMetadata next) {
        return append(owned, next).handle((done, failure) -> {
            if (failure != null) {
                owned.locked(() -> owned.metadata().pendingState(Optional.empty()));
                throw refusal(owned, failure);
            }
            complete(owned, next);
            return null;
        });
    }

    /** As {@link #write}, but the transition stays pending when the log is not available, as it is to be tried again. */
    CompletableFuture<Void> writeUntilItSucceeds(Owned owned, TxnTransitMetadata next) {
        return append(owned, next).handle((done, failure) -> {
            if (failure != null) {
                ApiException refusal = refusal(owned, failure);
                if (Errors.forException(refusal) != Errors.COORDINATOR_NOT_AVAILABLE) {
                    owned.locked(() -> owned.metadata().pendingState(Optional.empty()));
                }
                throw refusal;
            }
            complete(owned, next);
            return null;
        });
    }

    private void complete(Owned owned, TxnTransitMetadata next) {
        if (!states.owns(owned)) {
            throw new NotCoordinatorException("Another broker coordinates " + owned.transactionalId() + " by now");
        }
        owned.locked(() -> owned.metadata().completeTransitionTo(next));
    }

    private CompletableFuture<Void> append(Owned owned, TxnTransitMetadata next) {
        if (!states.owns(owned)) {
            return CompletableFuture.failedFuture(
                    new NotCoordinatorException("Another broker coordinates " + owned.transactionalId() + " by now"));
        }
        byte[] value = TransactionLog.valueToBytes(next, version.get());
        return append(owned.shard(), List.of(record(owned.transactionalId(), value)), next.txnTimeoutMs());
    }

    private SimpleRecord record(String transactionalId, byte[] value) {
        return new SimpleRecord(time.milliseconds(), TransactionLog.keyToBytes(transactionalId), value);
    }

    /** Removes ids for good; see {@link #append}. */
    CompletableFuture<Void> remove(Shard shard, List<String> transactionalIds, int timeoutMs) {
        return append(
                shard, transactionalIds.stream().map(id -> record(id, null)).toList(), timeoutMs);
    }

    private CompletableFuture<Void> append(Shard shard, List<SimpleRecord> records, int timeoutMs) {
        TopicPartition topicPartition = TransactionStates.topicPartition(shard.partition());
        try {
            Partition partition = partitions.leader(topicPartition);
            MemoryRecords batch = MemoryRecords.withRecords(
                    TransactionLog.ENFORCED_COMPRESSION, records.toArray(SimpleRecord[]::new));
            Partition.Appended appended = partition.appendFromCoordinator(batch, shard.leaderEpoch());
            return new Commit(partition, appended.nextOffset()).whenDone(timeoutMs, executor);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What a client is told where the log refuses; the same codes as Apache Kafka's. */
    private static ApiException refusal(Owned owned, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        Errors error = Errors.forException(cause);
        log.info("transactional_id={} event=transition_not_written error={}", owned.transactionalId(), error, cause);
        Errors told = switch (error) {
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT ->
                Errors.COORDINATOR_NOT_AVAILABLE;
            case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR ->
                Errors.NOT_COORDINATOR;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> Errors.UNKNOWN_SERVER_ERROR;
            default -> error;
        };
        return told.exception();
    }
}
