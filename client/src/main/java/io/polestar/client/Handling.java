package io.polestar.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.polestar.client.config.ConsumerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a consumer's lanes have in common: whom they give messages, and what they do when that fails. Immutable. */
record Handling(
        ConsumerConfig config,
        BatchHandler handler,
        int batchSize,
        Predicate<Message> filter,
        Optional<CircuitBreaker> breaker,
        Backoff backoff,
        DeadLetters deadLetters,
        ConsumerListener listener,
        ConsumerMeters meters,
        Executor workers,
        ScheduledExecutorService timer) {

    /** How long a lane waits that finds the circuit open. */
    private static final Duration CIRCUIT_CHECK = Duration.ofMillis(20);

    boolean isCircuitOpen() {
        return breaker.map(CircuitBreaker::getState)
                .filter(state -> state == CircuitBreaker.State.OPEN || state == CircuitBreaker.State.FORCED_OPEN)
                .isPresent();
    }

    boolean mayTry() {
        return breaker.map(CircuitBreaker::tryAcquirePermission).orElse(true);
    }

    void succeeded(List<Message> messages, long tookNs) {
        breaker.ifPresent(one -> one.onSuccess(tookNs, TimeUnit.NANOSECONDS));
        meters.handled(messages, tookNs);
    }

    void failed(Throwable cause, long tookNs) {
        breaker.ifPresent(one -> one.onError(tookNs, TimeUnit.NANOSECONDS, cause));
        meters.failed(cause);
    }

    void later(Runnable task, Duration after) {
        timer.schedule(() -> workers.execute(task), after.toNanos(), TimeUnit.NANOSECONDS);
    }

    void laterThanTheCircuit(Runnable task) {
        later(task, CIRCUIT_CHECK);
    }
}
