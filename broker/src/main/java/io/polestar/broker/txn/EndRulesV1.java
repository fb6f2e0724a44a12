package io.polestar.broker.txn;

import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/** Below transaction version 2: the epoch stays, and a retry is told by the state alone. */
record EndRulesV1(TransactionEnd.Request request, boolean fromClient) implements EndRules {

    @Override
    public Verdict decide(TransactionMetadata metadata, OptionalLong spareProducerId, long nowMs) {
        if (metadata.producerId() != request.producerId()) {
            throw Errors.INVALID_PRODUCER_ID_MAPPING.exception();
        }
        if (fromClient
                ? request.producerEpoch() != metadata.producerEpoch()
                : request.producerEpoch() < metadata.producerEpoch()) {
            throw Errors.PRODUCER_FENCED.exception();
        }
        if (metadata.pendingTransitionInProgress() && (fromClient || !EndRules.isFencing(metadata))) {
            throw Errors.CONCURRENT_TRANSACTIONS.exception();
        }
        return switch (metadata.state()) {
            case ONGOING -> new Decided(prepare(metadata, nowMs));
            case COMPLETE_COMMIT -> alreadyEnded(metadata, TransactionResult.COMMIT);
            case COMPLETE_ABORT -> alreadyEnded(metadata, TransactionResult.ABORT);
            case PREPARE_COMMIT -> throw underWay(metadata, TransactionResult.COMMIT);
            case PREPARE_ABORT -> throw underWay(metadata, TransactionResult.ABORT);
            case EMPTY -> throw EndRules.invalid(metadata, request.result());
            case DEAD, PREPARE_EPOCH_FENCE -> throw EndRules.impossible(metadata);
        };
    }

    private TxnTransitMetadata prepare(TransactionMetadata metadata, long nowMs) {
        if (EndRules.isFencing(metadata)) {
            metadata.pendingState(Optional.empty());
            metadata.setProducerEpoch(request.producerEpoch());
            metadata.setLastProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
        }
        return metadata.prepareAbortOrCommit(
                EndRules.prepared(request.result()), TransactionVersion.TV_0, RecordBatch.NO_PRODUCER_ID, nowMs, false);
    }

    private Verdict alreadyEnded(TransactionMetadata metadata, TransactionResult how) {
        if (request.result() != how) {
            throw EndRules.invalid(metadata, request.result());
        }
        return new AlreadyEnded(ProducerIdAndEpoch.NONE);
    }

    private ApiException underWay(TransactionMetadata metadata, TransactionResult how) {
        return request.result() == how
                ? Errors.CONCURRENT_TRANSACTIONS.exception()
                : EndRules.invalid(metadata, request.result());
    }

    @Override
    public ProducerIdAndEpoch answer(TxnTransitMetadata completed) {
        return ProducerIdAndEpoch.NONE;
    }

    /** The epoch was raised in memory, and is not to be raised again. */
    @Override
    public void noteIfFenceFailed(TransactionMetadata metadata, Throwable failure) {
        if (failure != null && !fromClient) {
            metadata.hasFailedEpochFence(true);
        }
    }
}
