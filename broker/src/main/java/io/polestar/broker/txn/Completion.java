package io.polestar.broker.txn;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;

/**
 * A decided transaction whose markers are being written. Passed from step to step.
 *
 * @param next the state once all markers are written
 * @param attempt how often its markers were tried, the first being 0
 * @param over completed when there is nothing more to do, however it ended
 */
record Completion(Owned owned, Marker marker, TxnTransitMetadata next, int attempt, CompletableFuture<Void> over) {

    /** Of a transaction in PREPARE_COMMIT or PREPARE_ABORT, with no transition pending. */
    static Completion of(Owned owned, long nowMs) {
        return owned.inLock(() -> {
            var metadata = owned.metadata();
            TransactionResult result = metadata.state() == TransactionState.PREPARE_COMMIT
                    ? TransactionResult.COMMIT
                    : TransactionResult.ABORT;
            Marker marker = new Marker(
                    metadata.producerId(),
                    metadata.producerEpoch(),
                    owned.coordinatorEpoch(),
                    result,
                    metadata.clientTransactionVersion().featureLevel());
            return new Completion(owned, marker, metadata.prepareComplete(nowMs), 0, new CompletableFuture<>());
        });
    }

    Completion again() {
        return new Completion(owned, marker, next, attempt + 1, over);
    }

    /** Partitions whose marker is not written yet. */
    Set<TopicPartition> partitions() {
        return owned.inLock(() -> new HashSet<>(owned.metadata().topicPartitions()));
    }

    void written(TopicPartition partition) {
        owned.locked(() -> owned.metadata().removePartition(partition));
    }
}
