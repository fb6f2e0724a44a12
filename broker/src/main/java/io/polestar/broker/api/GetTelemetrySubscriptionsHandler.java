package io.polestar.broker.api;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.ClientMetricsManager;

/** Tells a client which metrics to push, and gives it its instance id. Anyone may ask, as KIP-714 says. */
final class GetTelemetrySubscriptionsHandler implements ApiHandler<GetTelemetrySubscriptionsRequest> {
    private final ClientMetricsManager clients;

    GetTelemetrySubscriptionsHandler(ClientMetricsManager clients) {
        this.clients = clients;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS;
    }

    @Override
    public CompletableFuture<GetTelemetrySubscriptionsResponse> handle(
            RequestContext context, GetTelemetrySubscriptionsRequest request) {
        try {
            return CompletableFuture.completedFuture(clients.processGetTelemetrySubscriptionRequest(request, context));
        } catch (RuntimeException e) {
            throw new InvalidRequestException("The subscription cannot be told", e);
        }
    }
}
