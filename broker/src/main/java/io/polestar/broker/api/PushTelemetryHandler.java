package io.polestar.broker.api;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.PushTelemetryResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.ClientMetricsManager;

/** Takes the metrics a client pushes, for {@code /metrics} and the plugins. Anyone may push, as KIP-714 says. */
final class PushTelemetryHandler implements ApiHandler<PushTelemetryRequest> {
    private final ClientMetricsManager clients;

    PushTelemetryHandler(ClientMetricsManager clients) {
        this.clients = clients;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.PUSH_TELEMETRY;
    }

    @Override
    public CompletableFuture<PushTelemetryResponse> handle(RequestContext context, PushTelemetryRequest request) {
        try {
            return CompletableFuture.completedFuture(clients.processPushTelemetryRequest(request, context));
        } catch (RuntimeException e) {
            throw new InvalidRequestException("The metrics cannot be taken", e);
        }
    }
}
