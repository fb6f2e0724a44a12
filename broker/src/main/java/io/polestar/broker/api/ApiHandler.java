package io.polestar.broker.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestContext;

/**
 * The server side of one API key. The network calls {@link #handle} on the connection's event loop, so a handler never
 * blocks; what takes time is answered by a future, completed on any thread.
 *
 * @param <R> Kafka's request class of the key
 */
public interface ApiHandler<R extends AbstractRequest> {

    /** The key this handler answers. A key declared twice fails at start. */
    ApiKeys apiKey();

    /** The oldest version answered; Kafka's own for the broker listener unless overridden. */
    default short oldestVersion() {
        return apiKey().oldestVersion();
    }

    /** The newest version answered; Kafka's newest stable one unless overridden. */
    default short latestVersion() {
        return apiKey().latestVersion(false);
    }

    /**
     * Whether the connection's next request may begin before this one is answered. Only if nothing that {@link #handle}
     * leaves to its future can be seen by a later request: a client may send requests without waiting for answers, and
     * each must find what the ones before have done.
     */
    default boolean mayBeOvertaken() {
        return false;
    }

    /** Whether the request's records are still looked at when {@link #handle} has returned. */
    default boolean readsRecordsLater() {
        return true;
    }

    /** What this handler does not do although Kafka does, each in one sentence with its reason; for COMPATIBILITY.md. */
    default List<String> gaps() {
        return List.of();
    }

    /**
     * Answers one request.
     *
     * @return the response; {@code null} inside the future means that none is sent (produce with acks=0). A future or a
     *     call that fails with an {@link org.apache.kafka.common.errors.ApiException} is answered with its error code in
     *     the response's shape ({@link AbstractRequest#getErrorResponse(Throwable)}), with anything else as
     *     UNKNOWN_SERVER_ERROR, logged once; {@link CloseConnectionException} closes the connection without an answer
     */
    CompletableFuture<? extends AbstractResponse> handle(RequestContext context, R request);
}
