package io.polestar.broker.txn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What time alone does: aborts transactions that last longer than their timeout, removes transactional ids that nobody used
 * for {@code transactional.id.expiration.ms}. Runs on the coordinator's own threads.
 */
final class TransactionExpiry {
    private static final Logger log = LoggerFactory.getLogger(TransactionExpiry.class);
    private static final int IDS_PER_BATCH = 100;

    private final TransactionStates states;
    private final TransactionLogWriter writer;
    private final TransactionEnd end;
    private final TransactionMeters meters;
    private final TransactionStateManagerConfig config;
    private final int writeTimeoutMs;
    private final Time time;

    TransactionExpiry(
            TransactionStates states,
            TransactionLogWriter writer,
            TransactionEnd end,
            TransactionMeters meters,
            TransactionStateManagerConfig config,
            int writeTimeoutMs,
            Time time) {
        this.states = states;
        this.writer = writer;
        this.end = end;
        this.meters = meters;
        this.config = config;
        this.writeTimeoutMs = writeTimeoutMs;
        this.time = time;
    }

    void schedule(ScheduledExecutorService executor) {
        every(config.transactionAbortTimedOutTransactionCleanupIntervalMs(), executor, this::abortTimedOut);
        every(config.transactionRemoveExpiredTransactionalIdCleanupIntervalMs(), executor, this::removeUnused);
    }

    private static void every(int intervalMs, ScheduledExecutorService executor, Runnable work) {
        Runnable guarded = () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                log.error("event=transaction_expiry_failed", e);
            }
        };
        executor.scheduleWithFixedDelay(guarded, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    void abortTimedOut() {
        for (Owned owned : states.all()) {
            owned.inLock(() -> fenceIfTimedOut(owned.metadata())).ifPresent(fence -> abort(owned, fence));
        }
    }

    private Optional<TxnTransitMetadata> fenceIfTimedOut(TransactionMetadata metadata) {
        boolean timedOut = metadata.state() == TransactionState.ONGOING
                && !metadata.pendingTransitionInProgress()
                && !metadata.isDistributedTwoPhaseCommitTxn()
                && metadata.txnStartTimestamp() + metadata.txnTimeoutMs() < time.milliseconds();
        return timedOut ? Optional.of(metadata.prepareFenceProducerEpoch()) : Optional.empty();
    }

    private void abort(Owned owned, TxnTransitMetadata fence) {
        log.warn(
                "transactional_id={} event=transaction_timed_out producer_id={} producer_epoch={} timeout_ms={}"
                        + " started_ms_ago={} action=abort",
                owned.transactionalId(),
                fence.producerId(),
                fence.producerEpoch(),
                fence.txnTimeoutMs(),
                time.milliseconds() - fence.txnStartTimestamp());
        meters.timedOut();
        try {
            end.abort(owned, fence).whenComplete((ended, failure) -> {
                if (failure != null) {
                    log.warn(
                            "transactional_id={} event=abort_failed error={} action=try_again",
                            owned.transactionalId(),
                            TransactionErrors.of(failure));
                }
            });
        } catch (RuntimeException e) {
            log.warn("transactional_id={} event=abort_failed action=try_again", owned.transactionalId(), e);
        }
    }

    void removeUnused() {
        Map<Shard, List<Owned>> unused = new HashMap<>();
        for (Owned owned : states.all()) {
            if (owned.inLock(() -> dieIfUnused(owned.metadata()))) {
                unused.computeIfAbsent(owned.shard(), shard -> new ArrayList<>())
                        .add(owned);
            }
        }
        unused.forEach((shard, ids) -> {
            for (int from = 0; from < ids.size(); from += IDS_PER_BATCH) {
                remove(shard, ids.subList(from, Math.min(ids.size(), from + IDS_PER_BATCH)));
            }
        });
    }

    private boolean dieIfUnused(TransactionMetadata metadata) {
        boolean unused = metadata.pendingState().isEmpty()
                && metadata.state().isExpirationAllowed()
                && metadata.txnLastUpdateTimestamp() <= time.milliseconds() - config.transactionalIdExpirationMs();
        if (unused) {
            metadata.prepareDead();
        }
        return unused;
    }

    private void remove(Shard shard, List<Owned> ids) {
        List<String> names = ids.stream().map(Owned::transactionalId).toList();
        writer.remove(shard, names, writeTimeoutMs).whenComplete((none, failure) -> {
            if (failure == null) {
                ids.forEach(owned -> shard.byId().remove(owned.transactionalId(), owned.metadata()));
                meters.expired(ids.size());
                log.info("event=transactional_ids_expired ids={}", names);
            } else {
                ids.forEach(owned -> owned.locked(() -> owned.metadata().pendingState(Optional.empty())));
                log.warn("event=transactional_ids_not_removed count={}", ids.size(), failure);
            }
        });
    }
}
