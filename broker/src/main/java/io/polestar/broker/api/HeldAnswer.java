package io.polestar.broker.api;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * The answer to a request that could not do its work at once, although its handler's requests usually do: until it is there
 * the connection's next request waits, and the request's records stay readable.
 */
public final class HeldAnswer extends CompletableFuture<AbstractResponse> {
    private HeldAnswer() {}

    /** Completes as the given one does. */
    static HeldAnswer of(CompletableFuture<? extends AbstractResponse> answer) {
        HeldAnswer held = new HeldAnswer();
        answer.whenComplete((response, failure) -> {
            if (failure == null) {
                held.complete(response);
            } else {
                held.completeExceptionally(failure);
            }
        });
        return held;
    }
}
