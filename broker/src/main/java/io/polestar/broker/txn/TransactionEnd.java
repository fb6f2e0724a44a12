package io.polestar.broker.txn;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * Decides transactions: commits or aborts them for their producers, aborts them where the producer is fenced. What is decided
 * is written before anybody is told. Safe for use from any thread, never blocks.
 */
final class TransactionEnd {

    /** @param version of the client's request: from 2 on each transaction has an epoch of its own (KIP-890) */
    record Request(
            String transactionalId,
            long producerId,
            short producerEpoch,
            TransactionResult result,
            TransactionVersion version) {}

    private final TransactionStates states;
    private final TransactionLogWriter writer;
    private final Completions completions;
    private final Supplier<CompletableFuture<Long>> producerIds;
    private final Supplier<TransactionVersion> clusterVersion;
    private final Time time;

    TransactionEnd(
            TransactionStates states,
            TransactionLogWriter writer,
            Completions completions,
            Supplier<CompletableFuture<Long>> producerIds,
            Supplier<TransactionVersion> clusterVersion,
            Time time) {
        this.states = states;
        this.writer = writer;
        this.completions = completions;
        this.producerIds = producerIds;
        this.clusterVersion = clusterVersion;
        this.time = time;
    }

    /** @return what the producer goes on with; {@link ProducerIdAndEpoch#NONE} below version 2 */
    CompletableFuture<ProducerIdAndEpoch> end(Request request) {
        if (request.transactionalId().isEmpty()) {
            throw Errors.INVALID_REQUEST.exception("The transactional id is empty");
        }
        Owned owned = states.find(request.transactionalId())
                .orElseThrow(() -> Errors.INVALID_PRODUCER_ID_MAPPING.exception());
        return end(EndRules.forClient(request), owned, OptionalLong.empty());
    }

    /**
     * Aborts an ongoing transaction whose producer is fenced.
     *
     * @param fence the transition that was prepared and is pending
     */
    CompletableFuture<ProducerIdAndEpoch> abort(Owned owned, TxnTransitMetadata fence) {
        Request request = new Request(
                owned.transactionalId(),
                fence.producerId(),
                fence.producerEpoch(),
                TransactionResult.ABORT,
                clusterVersion.get());
        try {
            return end(EndRules.forFence(request), owned, OptionalLong.empty())
                    .whenComplete((ended, failure) -> clearFence(owned));
        } catch (RuntimeException e) {
            clearFence(owned);
            throw e;
        }
    }

    private static void clearFence(Owned owned) {
        owned.locked(() -> owned.metadata()
                .pendingState()
                .filter(pending -> pending == TransactionState.PREPARE_EPOCH_FENCE)
                .ifPresent(pending -> owned.metadata().pendingState(Optional.empty())));
    }

    private CompletableFuture<ProducerIdAndEpoch> end(EndRules rules, Owned owned, OptionalLong spareProducerId) {
        EndRules.Verdict verdict =
                owned.inLock(() -> rules.decide(owned.metadata(), spareProducerId, time.milliseconds()));
        if (verdict instanceof EndRules.NeedsProducerId) {
            return producerIds.get().thenCompose(id -> end(rules, owned, OptionalLong.of(id)));
        }
        if (verdict instanceof EndRules.AlreadyEnded already) {
            return CompletableFuture.completedFuture(already.current());
        }
        TxnTransitMetadata next = ((EndRules.Decided) verdict).next();
        return writer.write(owned, next)
                .whenComplete((none, failure) -> rules.noteIfFenceFailed(owned.metadata(), failure))
                .thenApply(none -> complete(rules, owned));
    }

    private ProducerIdAndEpoch complete(EndRules rules, Owned owned) {
        Completion completion = Completion.of(owned, time.milliseconds());
        completions.begin(completion);
        return rules.answer(completion.next());
    }

    /** Goes on with what was decided before this broker began to coordinate the id. */
    void resume(Owned owned) {
        boolean decided = owned.inLock(() -> !owned.metadata().pendingTransitionInProgress()
                && (owned.metadata().state() == TransactionState.PREPARE_COMMIT
                        || owned.metadata().state() == TransactionState.PREPARE_ABORT));
        if (decided) {
            completions.begin(Completion.of(owned, time.milliseconds()));
        }
    }
}
