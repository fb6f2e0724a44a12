package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.ListenerCollection;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.BrokerLifecycleManager;
import org.apache.kafka.server.common.NodeToControllerChannelManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's place in the cluster: registration, heartbeats, fencing, controlled shutdown. Its state belongs to the
 * lifecycle thread inside.
 */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration SHUTDOWN_PATIENCE = Duration.ofSeconds(5);

    private final BrokerLifecycleManager lifecycle;
    private final MetadataFormat format;

    Membership(BrokerConfig config, MetadataFormat format, Time time) {
        this.format = format;
        this.lifecycle = new BrokerLifecycleManager(
                config,
                time,
                "broker-",
                Map.of(config.dataDirectory().toString(), format.directoryId()),
                () -> LOG.error("The controller was not told in time that the data directory failed"),
                () -> false);
    }

    /** Registers with the controller and keeps sending heartbeats. */
    void join(NodeToControllerChannelManager channel, AppliedMetadata applied, List<Endpoint> advertised) {
        lifecycle.start(
                applied::offset,
                channel,
                format.clusterId(),
                listeners(advertised),
                ClusterFeatures.supported(),
                OptionalLong.empty());
    }

    private static ListenerCollection listeners(List<Endpoint> advertised) {
        ListenerCollection listeners = new ListenerCollection();
        for (Endpoint endpoint : advertised) {
            listeners.add(new Listener()
                    .setName(endpoint.listener())
                    .setHost(endpoint.host())
                    .setPort(endpoint.port())
                    .setSecurityProtocol(endpoint.securityProtocol().id));
        }
        return listeners;
    }

    CompletableFuture<Void> caughtUp() {
        return lifecycle.initialCatchUpFuture();
    }

    CompletableFuture<Void> unfence() {
        return lifecycle.setReadyToUnfence();
    }

    long brokerEpoch() {
        return lifecycle.brokerEpoch();
    }

    /** Gives up the leadership of every partition; waits a while for the controller to agree. */
    void leave() {
        lifecycle.beginControlledShutdown();
        try {
            lifecycle.controlledShutdownFuture().get(SHUTDOWN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The controller did not confirm the controlled shutdown: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Utils.swallow(LOG, lifecycle::close);
    }
}
