package io.polestar.broker.txn;

import java.util.OptionalLong;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;

/**
 * Whether a request to end a transaction may do so in the state that it meets. Two sets of rules: without an epoch for each
 * transaction, and with one (KIP-890), where a retry is told by its epoch. Called under the metadata's lock.
 */
sealed interface EndRules permits EndRulesV1, EndRulesV2 {

    /** What comes of a request that is not refused. */
    sealed interface Verdict permits Decided, AlreadyEnded, NeedsProducerId {}

    /** @param next to be written */
    record Decided(TxnTransitMetadata next) implements Verdict {}

    /** A retry of what was done. */
    record AlreadyEnded(ProducerIdAndEpoch current) implements Verdict {}

    /** The epochs are used up: to be asked again with a new producer id. */
    record NeedsProducerId() implements Verdict {}

    static EndRules forClient(TransactionEnd.Request request) {
        return request.version().supportsEpochBump() ? new EndRulesV2(request, true) : new EndRulesV1(request, true);
    }

    /** For the coordinator itself, which has prepared PREPARE_EPOCH_FENCE. */
    static EndRules forFence(TransactionEnd.Request request) {
        return request.version().supportsEpochBump() ? new EndRulesV2(request, false) : new EndRulesV1(request, false);
    }

    /** @throws ApiException with what the client is told */
    Verdict decide(TransactionMetadata metadata, OptionalLong spareProducerId, long nowMs);

    /** What the producer is told once it is decided. */
    ProducerIdAndEpoch answer(TxnTransitMetadata completed);

    /** Told how the writing of the decision went; {@code failure} is null where it went well. */
    void noteIfFenceFailed(TransactionMetadata metadata, Throwable failure);

    static TransactionState prepared(TransactionResult result) {
        return result == TransactionResult.COMMIT ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT;
    }

    static boolean isFencing(TransactionMetadata metadata) {
        return metadata.pendingState()
                .filter(pending -> pending == TransactionState.PREPARE_EPOCH_FENCE)
                .isPresent();
    }

    static ApiException invalid(TransactionMetadata metadata, TransactionResult result) {
        return Errors.INVALID_TXN_STATE.exception("Transactional id " + metadata.transactionalId() + " is in state "
                + metadata.state() + ", so " + result + " is not possible");
    }

    static IllegalStateException impossible(TransactionMetadata metadata) {
        return new IllegalStateException(
                "Transactional id " + metadata.transactionalId() + " rests in " + metadata.state());
    }
}
