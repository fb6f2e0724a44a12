package io.polestar.broker.controller;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.BrokerHeartbeatRequest;
import org.apache.kafka.common.requests.BrokerHeartbeatResponse;
import org.apache.kafka.common.requests.BrokerRegistrationRequest;
import org.apache.kafka.common.requests.BrokerRegistrationResponse;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.ControllerRequestCompletionHandler;
import org.apache.kafka.server.common.NodeToControllerChannelManager;

/**
 * The broker's way to the controller: calls instead of a socket. Used by the lifecycle's thread; answers arrive on the
 * controller's or the loader's.
 */
final class InProcessControllerChannel implements NodeToControllerChannelManager {
    private final Controller controller;
    private final AppliedMetadata applied;
    private final KRaftMetadataCache cache;

    InProcessControllerChannel(Controller controller, AppliedMetadata applied, KRaftMetadataCache cache) {
        this.controller = controller;
        this.applied = applied;
        this.cache = cache;
    }

    @Override
    public void sendRequest(
            AbstractRequest.Builder<? extends AbstractRequest> builder, ControllerRequestCompletionHandler callback) {
        AbstractRequest request = builder.build();
        CompletableFuture<AbstractResponse> answer = dispatch(request);
        answer.exceptionally(error -> request.getErrorResponse(unwrapped(error)))
                .thenAccept(response -> callback.onComplete(
                        new ClientResponse(null, callback, "controller", 0, 0, false, null, null, response)));
    }

    private CompletableFuture<AbstractResponse> dispatch(AbstractRequest request) {
        try {
            if (request instanceof BrokerRegistrationRequest registration) {
                return register(registration);
            }
            return heartbeat((BrokerHeartbeatRequest) request);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Answered when the registration has been applied here, so that the first heartbeat finds this broker caught up. */
    private CompletableFuture<AbstractResponse> register(BrokerRegistrationRequest request) {
        return removeKilledIncarnation(request)
                .thenCompose(none -> controller.registerBroker(context(request), request.data()))
                .thenCompose(reply -> applied.awaitCommitted().thenApply(none -> reply))
                .thenApply(reply -> new BrokerRegistrationResponse(
                        new BrokerRegistrationResponseData().setBrokerEpoch(reply.epoch())));
    }

    /**
     * A broker that was killed is still unfenced in the metadata log, and the controller would refuse a new incarnation
     * until the old one's session expires. The data directory's lock proves that the old one is gone. It is fenced first
     * because the controller unregisters a leader of 10 000 partitions or more only when it leads none.
     */
    private CompletableFuture<Void> removeKilledIncarnation(BrokerRegistrationRequest request) {
        int brokerId = request.data().brokerId();
        BrokerRegistration previous = cache.currentImage().cluster().broker(brokerId);
        if (previous == null
                || previous.fenced()
                || previous.incarnationId().equals(request.data().incarnationId())) {
            return CompletableFuture.completedFuture(null);
        }
        BrokerHeartbeatRequestData fence = new BrokerHeartbeatRequestData()
                .setBrokerId(brokerId)
                .setBrokerEpoch(previous.epoch())
                .setWantFence(true);
        return controller
                .processBrokerHeartbeat(context(request), fence)
                .thenCompose(fenced -> controller.unregisterBroker(context(request), brokerId));
    }

    private CompletableFuture<AbstractResponse> heartbeat(BrokerHeartbeatRequest request) {
        BrokerHeartbeatRequestData data = request.data();
        return controller
                .processBrokerHeartbeat(context(request), data)
                .thenApply(reply -> new BrokerHeartbeatResponse(new BrokerHeartbeatResponseData()
                        .setIsCaughtUp(reply.isCaughtUp())
                        .setIsFenced(reply.isFenced())
                        .setShouldShutDown(reply.shouldShutDown())));
    }

    private static ControllerRequestContext context(AbstractRequest request) {
        RequestHeaderData header =
                new RequestHeaderData().setRequestApiKey(request.apiKey().id).setRequestApiVersion(request.version());
        return new ControllerRequestContext(header, KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
    }

    private static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    @Override
    public void start() {}

    @Override
    public void shutdown() {}

    @Override
    public Optional<NodeApiVersions> controllerApiVersions() {
        return Optional.empty();
    }

    @Override
    public long getTimeoutMs() {
        return Long.MAX_VALUE;
    }
}
