package io.polestar.broker.api;

import io.polestar.broker.topic.LossListener;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.RequestContext;

/** Tells refusals after which records stay outside from those that belong to the protocol. Pure. */
final class Refusals {
    private static final String SPLITTING_CLIENT = "apache-kafka-java";

    /** The records are stored already, or are somebody's who was replaced. */
    private static final Set<Errors> HARMLESS = EnumSet.of(
            Errors.DUPLICATE_SEQUENCE_NUMBER,
            Errors.UNKNOWN_PRODUCER_ID,
            Errors.INVALID_PRODUCER_EPOCH,
            Errors.PRODUCER_FENCED,
            Errors.INVALID_TXN_STATE,
            Errors.INVALID_PRODUCER_ID_MAPPING,
            Errors.TRANSACTION_ABORTABLE);

    private static final LossListener.RefusedBatch NOT_READABLE = new LossListener.RefusedBatch(
            0, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE);

    private Refusals() {}

    /** What the ledger is to know of; empty where the producer tries again, or need not. */
    static Optional<LossListener.Refusal> of(
            RequestContext context, TopicPartition topicPartition, BaseRecords records, Errors error) {
        if (error == Errors.NONE || HARMLESS.contains(error) || error.exception() instanceof RetriableException) {
            return Optional.empty();
        }
        String clientId = context.clientId() == null ? "" : context.clientId();
        boolean splits = SPLITTING_CLIENT.equals(context.clientInformation.softwareName());
        return Optional.of(new LossListener.Refusal(
                topicPartition, error, clientId, batch(records), splits, System.currentTimeMillis()));
    }

    private static LossListener.RefusedBatch batch(BaseRecords records) {
        try {
            MutableRecordBatch batch =
                    ((MemoryRecords) records).batches().iterator().next();
            int count = batch.countOrNull() == null ? 0 : batch.countOrNull();
            return new LossListener.RefusedBatch(
                    count, batch.producerId(), batch.producerEpoch(), batch.baseSequence());
        } catch (RuntimeException e) {
            return NOT_READABLE; // and perhaps refused for it
        }
    }
}
