package io.polestar.broker.controller;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.metrics.QuorumControllerMetrics;

/**
 * Tells when the controller becomes active, which Kafka's controller reports to its metrics only. A call made to the
 * controller then queues behind its activation. Set on the controller's thread.
 */
final class ControllerActivation extends QuorumControllerMetrics {
    private final CompletableFuture<Void> activated = new CompletableFuture<>();

    ControllerActivation(Time time, int sessionTimeoutMs) {
        super(Optional.empty(), time, sessionTimeoutMs);
    }

    /** Completes when the controller is active for the first time. */
    CompletableFuture<Void> activated() {
        return activated;
    }

    @Override
    public void setActive(boolean active) {
        super.setActive(active);
        if (active) {
            activated.complete(null);
        }
    }
}
