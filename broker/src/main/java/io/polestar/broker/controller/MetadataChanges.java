package io.polestar.broker.controller;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;

/**
 * Changes of metadata that are complete only when this broker has applied them: what was created can be used, what was
 * deleted is gone, a new config holds. Safe for use from any thread; never blocks.
 */
public final class MetadataChanges {
    private static final int NO_TIMEOUT = -1;
    static final Consumer<Integer> UNLIMITED = partitions -> {};
    private static final long ELECTION_PATIENCE_MS = 30_000;
    private static final Executor RETRY_LATER = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

    private final Controller controller;
    private final AppliedMetadata applied;
    private final Time time;

    MetadataChanges(Controller controller, AppliedMetadata applied, Time time) {
        this.controller = controller;
        this.applied = applied;
        this.time = time;
    }

    /** One call of the controller. */
    public interface Call<T> extends BiFunction<Controller, ControllerRequestContext, CompletableFuture<T>> {}

    /**
     * Makes a change for a client, within a time.
     *
     * @return fails with {@link TimeoutException} when the change was not applied in time; it may be later
     */
    public <T> CompletableFuture<T> apply(RequestContext client, int timeoutMs, Call<T> call) {
        return apply(client, timeoutMs, UNLIMITED, call);
    }

    /**
     * As {@link #apply(RequestContext, int, Call)}, for a change of topics and partitions that a quota may limit.
     *
     * @param quota told of the partitions that are changed; refuses by throwing
     */
    public <T> CompletableFuture<T> apply(RequestContext client, int timeoutMs, Consumer<Integer> quota, Call<T> call) {
        return run(context(client, timeoutMs, quota), Math.max(0, timeoutMs), call);
    }

    /** Makes a change for a client, however long it takes. */
    public <T> CompletableFuture<T> apply(RequestContext client, Call<T> call) {
        return run(context(client, NO_TIMEOUT), NO_TIMEOUT, call);
    }

    /** Makes a change on the broker's own behalf. */
    <T> CompletableFuture<T> applyAsBroker(KafkaPrincipal principal, Call<T> call) {
        return applyAsBroker(principal, UNLIMITED, call);
    }

    /** As {@link #applyAsBroker(KafkaPrincipal, Call)}, where the quota of whoever it is for may limit it. */
    <T> CompletableFuture<T> applyAsBroker(KafkaPrincipal principal, Consumer<Integer> quota, Call<T> call) {
        return run(
                new ControllerRequestContext(new RequestHeaderData(), principal, OptionalLong.empty(), quota),
                NO_TIMEOUT,
                call);
    }

    /** Asks the controller, whose knowledge may be ahead of the broker's. */
    public <T> CompletableFuture<T> ask(RequestContext client, int timeoutMs, Call<T> call) {
        return call.apply(controller, context(client, timeoutMs));
    }

    private <T> CompletableFuture<T> run(ControllerRequestContext context, int timeoutMs, Call<T> call) {
        long patienceMs = timeoutMs == NO_TIMEOUT ? ELECTION_PATIENCE_MS : timeoutMs;
        CompletableFuture<T> result = callActive(context, time.milliseconds() + patienceMs, call);
        CompletableFuture<T> visible =
                result.thenCompose(value -> applied.awaitCommitted().thenApply(none -> value));
        if (timeoutMs == NO_TIMEOUT || visible.isDone()) {
            return visible;
        }
        return visible.orTimeout(Math.max(1, timeoutMs), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(error -> CompletableFuture.failedFuture(toKafkas(error)));
    }

    /** After a fault the controller steps down and is elected again within seconds: a client need not know. */
    private <T> CompletableFuture<T> callActive(ControllerRequestContext context, long untilMs, Call<T> call) {
        return call.apply(controller, context).exceptionallyCompose(error -> {
            if (!(Errors.maybeUnwrapException(error) instanceof NotControllerException)
                    || time.milliseconds() >= untilMs) {
                return CompletableFuture.failedFuture(error);
            }
            return CompletableFuture.runAsync(() -> {}, RETRY_LATER)
                    .thenCompose(none -> callActive(context, untilMs, call));
        });
    }

    private static Throwable toKafkas(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof java.util.concurrent.TimeoutException
                ? new TimeoutException("The change was not applied within the request's timeout")
                : cause;
    }

    private ControllerRequestContext context(RequestContext client, int timeoutMs) {
        return context(client, timeoutMs, UNLIMITED);
    }

    private ControllerRequestContext context(RequestContext client, int timeoutMs, Consumer<Integer> quota) {
        OptionalLong deadlineNs = timeoutMs == NO_TIMEOUT
                ? OptionalLong.empty()
                : ControllerRequestContext.requestTimeoutMsToDeadlineNs(time, timeoutMs);
        return new ControllerRequestContext(client.header.data(), client.principal, deadlineNs, quota);
    }
}
