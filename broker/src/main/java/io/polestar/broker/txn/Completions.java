package io.polestar.broker.txn;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Completes decided transactions: their markers to all partitions, then COMPLETE_COMMIT or COMPLETE_ABORT to the log, each
 * tried until it succeeds or this broker no longer coordinates the id. Safe for use from any thread, never blocks.
 */
final class Completions {
    private static final Logger log = LoggerFactory.getLogger(Completions.class);

    /** So many markers are written before the client is answered, which then finds its transaction completed. */
    private static final int MAX_INLINE_MARKERS = 16;

    private static final long FIRST_BACKOFF_MS = 100;
    private static final int MAX_DOUBLINGS = 5;
    private static final int QUIET_ATTEMPTS = 4;

    private final MarkerWriter markers;
    private final TransactionStates states;
    private final TransactionLogWriter writer;
    private final ScheduledExecutorService executor;
    private final TransactionMeters meters;
    private final Map<String, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

    Completions(
            MarkerWriter markers,
            TransactionStates states,
            TransactionLogWriter writer,
            ScheduledExecutorService executor,
            TransactionMeters meters) {
        this.markers = markers;
        this.states = states;
        this.writer = writer;
        this.executor = executor;
        this.meters = meters;
    }

    /** Begins to complete a transaction. */
    void begin(Completion completion) {
        String id = completion.owned().transactionalId();
        running.put(id, completion.over());
        completion.over().whenComplete((none, failure) -> running.remove(id, completion.over()));
        Executor where = completion.partitions().size() <= MAX_INLINE_MARKERS ? Runnable::run : executor;
        try {
            where.execute(() -> writeMarkers(completion));
        } catch (RejectedExecutionException e) {
            completion.over().cancel(false); // the broker stops; the next start goes on from the log
        }
    }

    /** When the id's transaction that is being completed is over; at once if there is none. */
    CompletableFuture<Void> whenOver(String transactionalId) {
        return running.getOrDefault(transactionalId, CompletableFuture.completedFuture(null));
    }

    private void writeMarkers(Completion completion) {
        if (isObsolete(completion)) {
            return;
        }
        Set<TopicPartition> partitions = completion.partitions();
        Map<TopicPartition, CompletableFuture<Errors>> results = partitions.stream()
                .collect(Collectors.toMap(partition -> partition, p -> markers.write(p, completion.marker())));
        CompletableFuture.allOf(results.values().toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> consider(completion, results));
    }

    private void consider(Completion completion, Map<TopicPartition, CompletableFuture<Errors>> results) {
        if (isObsolete(completion)) {
            return;
        }
        boolean fenced = false;
        for (Map.Entry<TopicPartition, CompletableFuture<Errors>> result : results.entrySet()) {
            Errors error = result.getValue().join();
            switch (error) {
                case NONE -> completion.written(result.getKey());
                // Not even in the metadata: the topic was deleted, and its part of the transaction with it.
                case UNKNOWN_TOPIC_OR_PARTITION -> completion.written(result.getKey());
                case INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED -> {
                    log.warn(
                            "transactional_id={} partition={} event=marker_refused error={} action=give_up",
                            completion.owned().transactionalId(),
                            result.getKey(),
                            error);
                    fenced = true;
                }
                default -> noteRetry(completion, result.getKey(), error);
            }
        }
        if (fenced) {
            completion.over().complete(null);
        } else if (completion.partitions().isEmpty()) {
            finish(completion);
        } else {
            later(completion, this::writeMarkers);
        }
    }

    /** The first attempts are made while, after a start, the partitions' own coordinators still load. */
    private static void noteRetry(Completion completion, TopicPartition partition, Errors error) {
        log.atLevel(completion.attempt() < QUIET_ATTEMPTS ? Level.DEBUG : Level.WARN)
                .log(
                        "transactional_id={} partition={} event=marker_not_written error={} attempt={} action=try_again",
                        completion.owned().transactionalId(),
                        partition,
                        error,
                        completion.attempt());
    }

    private void finish(Completion completion) {
        if (isObsolete(completion)) {
            return;
        }
        writer.writeUntilItSucceeds(completion.owned(), completion.next()).whenComplete((none, failure) -> {
            if (failure == null) {
                meters.ended(completion.marker().result(), completion.next());
                completion.over().complete(null);
            } else if (TransactionErrors.of(failure) == Errors.COORDINATOR_NOT_AVAILABLE) {
                later(completion, this::finish);
            } else {
                completion.over().complete(null); // whoever coordinates the id now goes on from the log
            }
        });
    }

    private boolean isObsolete(Completion completion) {
        if (states.owns(completion.owned())) {
            return false;
        }
        completion.over().complete(null);
        return true;
    }

    private void later(Completion completion, Consumer<Completion> step) {
        long backoffMs = FIRST_BACKOFF_MS << Math.min(completion.attempt(), MAX_DOUBLINGS);
        try {
            executor.schedule(() -> step.accept(completion.again()), backoffMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            completion.over().complete(null);
        }
    }
}
