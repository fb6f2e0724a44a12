package io.polestar.broker.net;

import io.polestar.broker.api.ApiHandler;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.RequestContext;

/** A handler whose behaviour the test gives. */
record TestHandler<R extends AbstractRequest>(
        ApiKeys apiKey,
        BiFunction<RequestContext, R, CompletableFuture<? extends AbstractResponse>> behaviour,
        boolean mayBeOvertaken)
        implements ApiHandler<R> {

    TestHandler(
            ApiKeys apiKey, BiFunction<RequestContext, R, CompletableFuture<? extends AbstractResponse>> behaviour) {
        this(apiKey, behaviour, true);
    }

    static TestHandler<HeartbeatRequest> heartbeat(
            BiFunction<RequestContext, HeartbeatRequest, CompletableFuture<? extends AbstractResponse>> behaviour) {
        return new TestHandler<>(ApiKeys.HEARTBEAT, behaviour);
    }

    static TestHandler<HeartbeatRequest> promptHeartbeat() {
        return heartbeat((context, request) -> CompletableFuture.completedFuture(heartbeatResponse()));
    }

    TestHandler<R> notOvertaken() {
        return new TestHandler<>(apiKey, behaviour, false);
    }

    static HeartbeatResponse heartbeatResponse() {
        return new HeartbeatResponse(new HeartbeatResponseData());
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, R request) {
        return behaviour.apply(context, request);
    }
}
