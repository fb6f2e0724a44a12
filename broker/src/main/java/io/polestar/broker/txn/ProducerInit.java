package io.polestar.broker.txn;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * InitProducerId for a transactional id: a producer id and an epoch that fences whoever used the id before. Safe for use
 * from any thread, never blocks.
 */
final class ProducerInit {
    private static final Logger log = LoggerFactory.getLogger(ProducerInit.class);

    /**
     * What a producer asks for.
     *
     * @param twoPhase whether the transaction is decided elsewhere, so that it has no timeout
     * @param keepPrepared whether a prepared transaction is to be kept
     * @param expected what the producer had until now, empty for a new one
     */
    record Request(
            String transactionalId,
            int timeoutMs,
            boolean twoPhase,
            boolean keepPrepared,
            Optional<ProducerIdAndEpoch> expected) {}

    private final TransactionStates states;
    private final TransactionLogWriter writer;
    private final TransactionEnd end;
    private final Supplier<CompletableFuture<Long>> producerIds;
    private final TransactionStateManagerConfig config;
    private final Time time;

    ProducerInit(
            TransactionStates states,
            TransactionLogWriter writer,
            TransactionEnd end,
            Supplier<CompletableFuture<Long>> producerIds,
            TransactionStateManagerConfig config,
            Time time) {
        this.states = states;
        this.writer = writer;
        this.end = end;
        this.producerIds = producerIds;
        this.config = config;
        this.time = time;
    }

    CompletableFuture<ProducerIdAndEpoch> init(Request request) {
        refuseInvalid(request);
        Optional<Owned> known = states.find(request.transactionalId());
        return known.isPresent()
                ? init(request, known.get())
                : producerIds.get().thenCompose(id -> init(request, add(request, id)));
    }

    private void refuseInvalid(Request request) {
        if (request.transactionalId().isEmpty()) {
            throw Errors.INVALID_REQUEST.exception("The transactional id is empty");
        }
        if (request.twoPhase() && !config.transaction2PCEnabled()) {
            throw Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.exception(
                    TransactionStateManagerConfig.TRANSACTIONS_2PC_ENABLED_CONFIG + " is false");
        }
        if (request.keepPrepared()) {
            throw Errors.UNSUPPORTED_VERSION.exception("Apache Kafka 4.3 does not keep prepared transactions either");
        }
        if (!request.twoPhase()
                && (request.timeoutMs() <= 0 || request.timeoutMs() > config.transactionMaxTimeoutMs())) {
            throw Errors.INVALID_TRANSACTION_TIMEOUT.exception();
        }
    }

    private static int timeoutMs(Request request) {
        return request.twoPhase() ? Integer.MAX_VALUE : request.timeoutMs();
    }

    private Owned add(Request request, long producerId) {
        return states.findOrAdd(
                request.transactionalId(),
                () -> new TransactionMetadata(
                        request.transactionalId(),
                        producerId,
                        RecordBatch.NO_PRODUCER_ID,
                        RecordBatch.NO_PRODUCER_ID,
                        RecordBatch.NO_PRODUCER_EPOCH,
                        RecordBatch.NO_PRODUCER_EPOCH,
                        timeoutMs(request),
                        TransactionState.EMPTY,
                        Set.of(),
                        -1,
                        time.milliseconds(),
                        TransactionVersion.TV_0));
    }

    private CompletableFuture<ProducerIdAndEpoch> init(Request request, Owned owned) {
        return init(request, owned, OptionalLong.empty());
    }

    private CompletableFuture<ProducerIdAndEpoch> init(Request request, Owned owned, OptionalLong spareProducerId) {
        Optional<TxnTransitMetadata> prepared = owned.inLock(() -> prepare(request, owned, spareProducerId));
        if (prepared.isEmpty()) {
            return producerIds.get().thenCompose(id -> init(request, owned, OptionalLong.of(id)));
        }
        TxnTransitMetadata next = prepared.get();
        if (next.txnState() == TransactionState.PREPARE_EPOCH_FENCE) {
            return abortTheOneBefore(owned, next);
        }
        return writer.write(owned, next).thenApply(none -> {
            log.info(
                    "transactional_id={} event=producer_initialized producer_id={} producer_epoch={}",
                    request.transactionalId(),
                    next.producerId(),
                    next.producerEpoch());
            return new ProducerIdAndEpoch(next.producerId(), next.producerEpoch());
        });
    }

    /** The client comes back when the abort is done, and is given an epoch above the one that fenced. */
    private CompletableFuture<ProducerIdAndEpoch> abortTheOneBefore(Owned owned, TxnTransitMetadata fence) {
        log.info(
                "transactional_id={} event=producer_fenced producer_id={} producer_epoch={} reason=new_producer"
                        + " action=abort_its_transaction",
                owned.transactionalId(),
                fence.producerId(),
                owned.metadata().producerEpoch());
        return end.abort(owned, fence).thenApply(ended -> {
            throw Errors.CONCURRENT_TRANSACTIONS.exception();
        });
    }

    /** @return the transition; empty if it needs a new producer id first */
    private Optional<TxnTransitMetadata> prepare(Request request, Owned owned, OptionalLong spareProducerId) {
        TransactionMetadata metadata = owned.metadata();
        if (metadata.pendingTransitionInProgress()) {
            throw Errors.CONCURRENT_TRANSACTIONS.exception();
        }
        if (!request.expected()
                .map(expected -> isOfThisProducer(metadata, expected))
                .orElse(true)) {
            throw Errors.PRODUCER_FENCED.exception();
        }
        return switch (metadata.state()) {
            case PREPARE_ABORT, PREPARE_COMMIT -> throw Errors.CONCURRENT_TRANSACTIONS.exception();
            case COMPLETE_ABORT, COMPLETE_COMMIT, EMPTY -> prepareNext(request, metadata, spareProducerId);
            case ONGOING -> Optional.of(metadata.prepareFenceProducerEpoch());
            case DEAD, PREPARE_EPOCH_FENCE ->
                throw new IllegalStateException(
                        "Transactional id " + metadata.transactionalId() + " rests in " + metadata.state());
        };
    }

    /** KIP-360: what the producer says it had is what it has, or had before an answer that it did not get. */
    private static boolean isOfThisProducer(TransactionMetadata metadata, ProducerIdAndEpoch expected) {
        return metadata.producerEpoch() == RecordBatch.NO_PRODUCER_EPOCH
                || expected.producerId == metadata.producerId()
                || (expected.producerId == metadata.prevProducerId()
                        && TransactionMetadata.isEpochExhausted(expected.epoch));
    }

    private Optional<TxnTransitMetadata> prepareNext(
            Request request, TransactionMetadata metadata, OptionalLong spareProducerId) {
        boolean rotates = metadata.isProducerEpochExhausted()
                && request.expected()
                        .map(expected -> expected.epoch == metadata.producerEpoch())
                        .orElse(true);
        if (!rotates) {
            return Optional.of(metadata.prepareIncrementProducerEpoch(
                    timeoutMs(request), request.expected().map(expected -> expected.epoch), time.milliseconds()));
        }
        if (spareProducerId.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(metadata.prepareProducerIdRotation(
                spareProducerId.getAsLong(),
                timeoutMs(request),
                time.milliseconds(),
                request.expected().isPresent()));
    }
}
