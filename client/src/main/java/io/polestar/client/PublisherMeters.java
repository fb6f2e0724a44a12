package io.polestar.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** One publisher's meters. Any thread. */
final class PublisherMeters {
    private static final LongSupplier NO_LAG = () -> 0;

    private final HubMetrics metrics;
    private final String name;
    private final DoubleSupplier fill;
    private final LongSupplier inFlight;
    private final Timer latency;
    private final Counter dropped;
    private final Gauge capacityGauge;
    private final Gauge inFlightGauge;

    PublisherMeters(HubMetrics metrics, String name, PublishQueue queue) {
        this.metrics = metrics;
        this.name = name;
        this.fill = queue::fill;
        this.inFlight = queue::inFlight;
        MeterRegistry registry = metrics.registry();
        this.latency = metrics.timer("publish.latency", name);
        this.dropped = registry.counter(HubMetrics.PREFIX + "dropped", "client", name);
        this.capacityGauge = Gauge.builder(HubMetrics.PREFIX + "queue.capacity", fill::getAsDouble)
                .tag("client", name)
                .register(registry);
        this.inFlightGauge = Gauge.builder(HubMetrics.PREFIX + "in.flight", inFlight::getAsLong)
                .tag("client", name)
                .register(registry);
        metrics.addQueue(fill);
        metrics.addInFlight(inFlight);
    }

    void acknowledged(long tookNs) {
        latency.record(tookNs, TimeUnit.NANOSECONDS);
    }

    void dropped() {
        dropped.increment();
    }

    void failed(Throwable cause) {
        metrics.registry()
                .counter(
                        HubMetrics.PREFIX + "errors",
                        "client",
                        name,
                        "kind",
                        cause.getClass().getSimpleName())
                .increment();
    }

    /** What was counted stays; what is measured goes. */
    void close() {
        metrics.forget(fill, inFlight, NO_LAG);
        metrics.registry().remove(capacityGauge);
        metrics.registry().remove(inFlightGauge);
    }
}
