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

/**
 * From transaction version 2 on. A request with the epoch before the current one repeats what was answered and lost; one with
 * the current epoch is about the next transaction, which may have no partition yet and can then only be aborted.
 */
record EndRulesV2(TransactionEnd.Request request, boolean fromClient) implements EndRules {

    @Override
    public Verdict decide(TransactionMetadata metadata, OptionalLong spareProducerId, long nowMs) {
        boolean fencing = EndRules.isFencing(metadata);
        if (metadata.pendingTransitionInProgress() && (fromClient || !fencing)) {
            throw Errors.CONCURRENT_TRANSACTIONS.exception();
        }
        boolean retryAfterRotation = !fencing
                && metadata.prevProducerId() == request.producerId()
                && request.producerEpoch() == Short.MAX_VALUE - 1
                && metadata.producerEpoch() == 0;
        boolean retryAfterBump = !fencing && metadata.producerEpoch() == request.producerEpoch() + 1;
        if (metadata.producerId() != request.producerId() && !retryAfterRotation) {
            throw Errors.INVALID_PRODUCER_ID_MAPPING.exception();
        }
        if (!isValidEpoch(metadata, fencing, retryAfterBump, retryAfterRotation)) {
            throw Errors.PRODUCER_FENCED.exception();
        }
        return decide(metadata, retryAfterBump || retryAfterRotation, spareProducerId, nowMs);
    }

    private boolean isValidEpoch(
            TransactionMetadata metadata, boolean fencing, boolean retryAfterBump, boolean retryAfterRotation) {
        if (fencing) {
            return request.producerEpoch() >= metadata.producerEpoch();
        }
        boolean current = request.producerEpoch() == metadata.producerEpoch();
        return switch (metadata.state()) {
            case ONGOING, EMPTY, DEAD, PREPARE_EPOCH_FENCE -> current;
            case PREPARE_COMMIT, PREPARE_ABORT -> retryAfterBump;
            case COMPLETE_COMMIT, COMPLETE_ABORT -> current || retryAfterBump || retryAfterRotation;
        };
    }

    private Verdict decide(TransactionMetadata metadata, boolean retry, OptionalLong spareProducerId, long nowMs) {
        boolean commit = request.result() == TransactionResult.COMMIT;
        return switch (metadata.state()) {
            case ONGOING -> prepare(metadata, false, spareProducerId, nowMs);
            case COMPLETE_COMMIT -> afterEnd(metadata, commit && retry, !commit && !retry, spareProducerId, nowMs);
            case COMPLETE_ABORT -> afterEnd(metadata, !commit && retry, !commit && !retry, spareProducerId, nowMs);
            case EMPTY -> afterEnd(metadata, false, !commit, spareProducerId, nowMs);
            case PREPARE_COMMIT -> throw underWay(metadata, commit);
            case PREPARE_ABORT -> throw underWay(metadata, !commit);
            case DEAD, PREPARE_EPOCH_FENCE -> throw EndRules.impossible(metadata);
        };
    }

    private Verdict afterEnd(
            TransactionMetadata metadata,
            boolean repeats,
            boolean abortsEmpty,
            OptionalLong spareProducerId,
            long nowMs) {
        if (repeats) {
            return new AlreadyEnded(new ProducerIdAndEpoch(metadata.producerId(), metadata.producerEpoch()));
        }
        if (abortsEmpty) {
            return prepare(metadata, true, spareProducerId, nowMs);
        }
        throw EndRules.invalid(metadata, request.result());
    }

    private ApiException underWay(TransactionMetadata metadata, boolean sameResult) {
        return sameResult ? Errors.CONCURRENT_TRANSACTIONS.exception() : EndRules.invalid(metadata, request.result());
    }

    private Verdict prepare(
            TransactionMetadata metadata, boolean withoutPartition, OptionalLong spareProducerId, long nowMs) {
        if (metadata.isProducerEpochExhausted() && spareProducerId.isEmpty()) {
            return new NeedsProducerId();
        }
        if (EndRules.isFencing(metadata)) {
            metadata.pendingState(Optional.empty());
        }
        return new Decided(metadata.prepareAbortOrCommit(
                EndRules.prepared(request.result()),
                request.version(),
                metadata.isProducerEpochExhausted() ? spareProducerId.getAsLong() : RecordBatch.NO_PRODUCER_ID,
                nowMs,
                withoutPartition));
    }

    @Override
    public ProducerIdAndEpoch answer(TxnTransitMetadata completed) {
        return new ProducerIdAndEpoch(completed.producerId(), completed.producerEpoch());
    }

    /** Nothing in memory was changed before the writing: the next attempt raises the epoch again. */
    @Override
    public void noteIfFenceFailed(TransactionMetadata metadata, Throwable failure) {}
}
