package io.polestar.broker.api;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.config.MetricsSubscriptions;
import io.polestar.broker.controller.ControllerFixture;
import io.polestar.broker.controller.TopicCreation;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;

/** The metadata APIs over a real controller; requests and responses pass through their encoding. */
final class ApiFixture implements AutoCloseable {
    private final ControllerFixture controller;
    private final Metrics metrics = new Metrics();
    private final MetricsSubscriptions subscriptions;
    private final ClientQuotas quotas;
    private final TopicCreation creation;

    ApiFixture(Path directory, Map<String, ?> settings) {
        ControllerFixture.Builder builder = ControllerFixture.builder(directory);
        settings.forEach(builder::with);
        // The publisher needs the config that it is published for, which is the same with and without it.
        this.subscriptions =
                new MetricsSubscriptions(builder.config(), new ClientTelemetryExporterPlugin(), Time.SYSTEM, metrics);
        this.quotas = new ClientQuotas(builder.config(), metrics, Time.SYSTEM, "cluster", new SimpleMeterRegistry());
        this.controller = builder.with(subscriptions).with(quotas).start();
        this.creation =
                new TopicCreation(controller.config(), controller.controller().changes());
    }

    ControllerFixture controller() {
        return controller;
    }

    TopicCreation creation() {
        return creation;
    }

    /** The answer that a client would read. */
    <T extends AbstractResponse> T call(AbstractRequest request) {
        return call(request, Access.EVERYONE);
    }

    <T extends AbstractResponse> T call(AbstractRequest request, Access access) {
        ApiTable table = new ApiTable(MetadataHandlers.all(
                controller.config(), controller.controller(), creation, subscriptions, quotas, access));
        RequestHeader header = new RequestHeader(request.apiKey(), request.version(), "test", 1);
        ByteBuffer frame = request.serializeWithHeader(header);
        RequestContext context = context(RequestHeader.parse(frame));
        AbstractRequest parsed = context.parseRequest(frame).request;
        AbstractResponse response = answer(table.find(request.apiKey(), request.version()), context, parsed);
        @SuppressWarnings("unchecked")
        T read = (T) AbstractResponse.parseResponse(context.buildResponseEnvelopePayload(response), header);
        return read;
    }

    private static AbstractResponse answer(
            ApiHandler<AbstractRequest> handler, RequestContext context, AbstractRequest request) {
        try {
            CompletableFuture<? extends AbstractResponse> future = handler.handle(context, request);
            return ControllerFixture.await(future.<AbstractResponse>thenApply(response -> response)
                    .exceptionally(error -> request.getErrorResponse(unwrapped(error))));
        } catch (RuntimeException e) {
            return request.getErrorResponse(e);
        }
    }

    private static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException ? error.getCause() : error;
    }

    private static RequestContext context(RequestHeader header) {
        return new RequestContext(
                header,
                "127.0.0.1:9092-127.0.0.1:50000-0",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
    }

    static Errors error(short code) {
        return Errors.forCode(code);
    }

    @Override
    public void close() {
        controller.close();
        quotas.close();
        metrics.close();
    }
}
