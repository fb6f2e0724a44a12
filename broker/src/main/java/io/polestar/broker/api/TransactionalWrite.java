package io.polestar.broker.api;

import io.polestar.broker.txn.ClientSupport;
import io.polestar.broker.txn.Producer;
import io.polestar.broker.txn.TransactionVerifier.Verified;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/** The transactional batches of one produce, and what became of their verification. Used by one thread at a time. */
final class TransactionalWrite {
    private final String transactionalId;
    private final ClientSupport support;
    private final Map<TopicPartition, Integer> sequences = new HashMap<>(4);
    private Producer producer;
    private Map<TopicPartition, Verified> verified = Map.of();

    TransactionalWrite(String transactionalId, ClientSupport support) {
        this.transactionalId = transactionalId;
        this.support = support;
    }

    /** @throws InvalidPidMappingException if another producer wrote a batch before */
    void add(TopicPartition topicPartition, MemoryRecords records) {
        for (RecordBatch batch : records.batches()) {
            if (batch.hasProducerId() && batch.isTransactional()) {
                Producer writer = new Producer(transactionalId, batch.producerId(), batch.producerEpoch());
                if (producer != null && !producer.equals(writer)) {
                    throw new InvalidPidMappingException("Transactional records contained more than one producer ID");
                }
                producer = writer;
                sequences.putIfAbsent(topicPartition, batch.baseSequence());
            }
        }
    }

    boolean isEmpty() {
        return sequences.isEmpty();
    }

    Producer producer() {
        return producer;
    }

    ClientSupport support() {
        return support;
    }

    Map<TopicPartition, Integer> sequences() {
        return sequences;
    }

    TransactionalWrite with(Map<TopicPartition, Verified> outcome) {
        verified = outcome;
        return this;
    }

    /**
     * What the append to a partition needs.
     *
     * @throws org.apache.kafka.common.errors.ApiException if it must not be appended, in words that the producer understands
     */
    VerificationGuard guard(TopicPartition topicPartition) {
        Verified outcome = verified.get(topicPartition);
        if (outcome == null) {
            return VerificationGuard.SENTINEL;
        }
        switch (outcome.error()) {
            case NONE -> {
                return outcome.guard();
            }
            case INVALID_TXN_STATE ->
                throw Errors.INVALID_TXN_STATE.exception("Partition was not added to the transaction");
            case NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                throw tryAgain(outcome.error());
            case CONCURRENT_TRANSACTIONS -> {
                if (support != ClientSupport.ADDS_BY_WRITING) {
                    throw tryAgain(outcome.error());
                }
                throw outcome.error().exception();
            }
            default -> throw outcome.error().exception();
        }
    }

    /** Older clients do not try again after the coordinator's codes; after this one they do, without new metadata. */
    private static NotEnoughReplicasException tryAgain(Errors error) {
        return new NotEnoughReplicasException(
                "Unable to verify the partition has been added to the transaction. Underlying error: " + error);
    }
}
