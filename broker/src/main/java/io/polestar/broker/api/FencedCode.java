package io.polestar.broker.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/** PRODUCER_FENCED as clients know it that are older than that code: as INVALID_PRODUCER_EPOCH. */
final class FencedCode {
    private FencedCode() {}

    /** @param old whether the client does not know PRODUCER_FENCED */
    static <T> CompletableFuture<T> of(boolean old, Supplier<CompletableFuture<T>> action) {
        if (!old) {
            return action.get();
        }
        try {
            return action.get().exceptionallyCompose(failure -> CompletableFuture.failedFuture(translated(failure)));
        } catch (ProducerFencedException e) {
            throw new InvalidProducerEpochException(e.getMessage());
        }
    }

    private static Throwable translated(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ProducerFencedException ? new InvalidProducerEpochException(cause.getMessage()) : cause;
    }
}
