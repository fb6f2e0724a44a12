package io.polestar.broker.net;

import io.netty.buffer.ByteBuf;
import io.polestar.broker.api.ApiHandler;
import io.polestar.broker.api.ApiTable;
import io.polestar.broker.api.CloseConnectionException;
import io.polestar.broker.api.HeldAnswer;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.quota.Charge;
import io.polestar.broker.quota.ClientQuotas;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frame → request → handler, and the handler's outcome → response. Stateless; runs on the connection's event loop. */
final class RequestDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDispatcher.class);

    private final ApiTable apis;
    private final RequestMetrics metrics;
    private final ClientQuotas quotas;

    RequestDispatcher(ApiTable apis, RequestMetrics metrics, ClientQuotas quotas) {
        this.apis = apis;
        this.metrics = metrics;
        this.quotas = quotas;
    }

    /**
     * Starts the request in the frame, which it takes over.
     *
     * @throws InvalidRequestException if it cannot be understood
     * @throws UnsupportedVersionException if no handler answers this key in this version
     */
    Exchange start(Peer peer, ByteBuf frame, long receivedNs) {
        ByteBuf ours = frame;
        try {
            ByteBuffer bytes = frame.nioBuffer();
            RequestHeader header = RequestHeader.parse(bytes);
            ApiHandler<AbstractRequest> handler = handler(header);
            RequestContext context = peer.contextOf(header);
            Charge charge = quotas.charge(context);
            AbstractRequest request = context.parseRequest(bytes).request;
            if (request instanceof ApiVersionsRequest) {
                peer.introduce((ApiVersionsRequest) request);
            }
            metrics.requestReceived(frame.readableBytes());
            CompletableFuture<? extends AbstractResponse> answer = call(handler, context, request);
            charge.handled();
            boolean held = answer instanceof HeldAnswer;
            boolean frameIsNeeded =
                    !answer.isDone() && (handler.readsRecordsLater() || held) && refersToFrame(header.apiKey());
            Exchange exchange = new Exchange(
                    context,
                    request,
                    answer,
                    receivedNs,
                    frame.readableBytes(),
                    charge,
                    frameIsNeeded ? frame : null,
                    handler.mayBeOvertaken() && !held);
            ours = frameIsNeeded ? null : frame;
            return exchange;
        } finally {
            if (ours != null) {
                ours.release();
            }
        }
    }

    private ApiHandler<AbstractRequest> handler(RequestHeader header) {
        ApiKeys key = header.apiKey();
        // A client cannot know our versions before this very request: one that is too new is answered with version 0.
        boolean tooNew = key == ApiKeys.API_VERSIONS && !header.isApiVersionSupported();
        ApiHandler<AbstractRequest> handler = apis.find(key, tooNew ? 0 : header.apiVersion());
        if (handler == null) {
            throw new UnsupportedVersionException(
                    "API " + key.name + " (key " + key.id + ") is not served in version " + header.apiVersion());
        }
        return handler;
    }

    /** Whether parsing leaves slices of the frame in the request, instead of copies. */
    private static boolean refersToFrame(ApiKeys key) {
        return key == ApiKeys.PRODUCE || key == ApiKeys.PUSH_TELEMETRY || key == ApiKeys.ENVELOPE;
    }

    private static CompletableFuture<? extends AbstractResponse> call(
            ApiHandler<AbstractRequest> handler, RequestContext context, AbstractRequest request) {
        try {
            return Objects.requireNonNull(handler.handle(context, request), "a handler returned no future");
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * The response of an exchange that is done.
     *
     * @return {@code null} if none is to be sent
     * @throws CloseConnectionException if the connection must be closed instead
     */
    AbstractResponse response(Exchange exchange) {
        try {
            return exchange.answer();
        } catch (CompletionException e) {
            return errorResponse(exchange, e.getCause() == null ? e : e.getCause());
        } catch (CancellationException e) {
            return errorResponse(exchange, e);
        }
    }

    private AbstractResponse errorResponse(Exchange exchange, Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CloseConnectionException) {
            throw (CloseConnectionException) cause;
        }
        AbstractResponse response = exchange.request().getErrorResponse(expected(exchange, cause));
        if (response == null) {
            throw new CloseConnectionException(exchange.apiKey().name + " failed and has no answer to tell it");
        }
        return response;
    }

    private Throwable expected(Exchange exchange, Throwable cause) {
        if (Errors.forException(cause) != Errors.UNKNOWN_SERVER_ERROR) {
            return cause;
        }
        metrics.unexpectedFailure();
        LOG.error(
                "Request {} version {} of {} failed",
                exchange.apiKey(),
                exchange.context().apiVersion(),
                exchange.context().connectionId(),
                cause);
        return new UnknownServerException("The server met an unexpected error");
    }
}
