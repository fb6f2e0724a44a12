package io.polestar.broker.txn;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/** Which partitions a transaction includes: adds them, and says whether they are in. Safe for use from any thread, never blocks. */
final class Membership {
    private final TransactionStates states;
    private final TransactionLogWriter writer;
    private final Time time;

    Membership(TransactionStates states, TransactionLogWriter writer, Time time) {
        this.states = states;
        this.writer = writer;
        this.time = time;
    }

    /** Adds partitions, which begins a transaction where none is ongoing. */
    CompletableFuture<Void> add(Producer producer, Set<TopicPartition> partitions, TransactionVersion version) {
        Owned owned = find(producer);
        Optional<TxnTransitMetadata> next =
                owned.inLock(() -> prepare(owned.metadata(), producer, partitions, version));
        return next.isPresent() ? writer.write(owned, next.get()) : CompletableFuture.completedFuture(null);
    }

    private Owned find(Producer producer) {
        if (producer.transactionalId() == null || producer.transactionalId().isEmpty()) {
            throw Errors.INVALID_REQUEST.exception("The transactional id is empty");
        }
        return states.find(producer.transactionalId())
                .orElseThrow(() -> Errors.INVALID_PRODUCER_ID_MAPPING.exception());
    }

    private Optional<TxnTransitMetadata> prepare(
            TransactionMetadata metadata,
            Producer producer,
            Set<TopicPartition> partitions,
            TransactionVersion version) {
        if (metadata.pendingTransitionInProgress()) {
            // First of all: the producer's id may be one that is only pending, when its epochs were used up.
            throw Errors.CONCURRENT_TRANSACTIONS.exception();
        }
        requireCurrent(metadata, producer);
        if (metadata.state() == TransactionState.ONGOING
                && metadata.topicPartitions().containsAll(partitions)) {
            return Optional.empty();
        }
        return Optional.of(metadata.prepareAddPartitions(partitions, time.milliseconds(), version));
    }

    private static void requireCurrent(TransactionMetadata metadata, Producer producer) {
        if (metadata.producerId() != producer.producerId()) {
            throw Errors.INVALID_PRODUCER_ID_MAPPING.exception();
        }
        if (metadata.producerEpoch() != producer.producerEpoch()) {
            throw Errors.PRODUCER_FENCED.exception();
        }
        if (metadata.state() == TransactionState.PREPARE_COMMIT || metadata.state() == TransactionState.PREPARE_ABORT) {
            throw Errors.CONCURRENT_TRANSACTIONS.exception();
        }
    }

    /** For each partition NONE if the transaction includes it, otherwise TRANSACTION_ABORTABLE. */
    Map<TopicPartition, Errors> verify(Producer producer, Set<TopicPartition> partitions) {
        Owned owned = find(producer);
        return owned.inLock(() -> {
            requireCurrent(owned.metadata(), producer);
            Set<TopicPartition> included = owned.metadata().topicPartitions();
            return partitions.stream()
                    .collect(Collectors.toMap(
                            Function.identity(),
                            partition -> included.contains(partition) ? Errors.NONE : Errors.TRANSACTION_ABORTABLE));
        });
    }
}
