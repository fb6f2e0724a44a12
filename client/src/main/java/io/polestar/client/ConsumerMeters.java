package io.polestar.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** One consumer's meters. Any thread. */
final class ConsumerMeters {
    private final HubMetrics metrics;
    private final String name;
    private final DoubleSupplier fill;
    private final LongSupplier inFlight;
    private final LongSupplier lag;
    private final Timer handling;
    private final Timer endToEnd;
    private final Counter dropped;
    private final Counter deadLetters;
    private final List<Gauge> gauges;

    ConsumerMeters(HubMetrics metrics, String name, LaneCounts counts, LongSupplier lag) {
        this.metrics = metrics;
        this.name = name;
        this.fill = counts::fill;
        this.inFlight = counts.beingHandled()::get;
        this.lag = lag;
        MeterRegistry registry = metrics.registry();
        this.handling = metrics.timer("handle.latency", name);
        this.endToEnd = metrics.timer("end.to.end.latency", name);
        this.dropped = registry.counter(HubMetrics.PREFIX + "dropped", "client", name);
        this.deadLetters = registry.counter(HubMetrics.PREFIX + "dead.letters", "client", name);
        this.gauges = List.of(
                gauge("queue.capacity", fill), gauge("in.flight", inFlight::getAsLong), gauge("lag", lag::getAsLong));
        metrics.addQueue(fill);
        metrics.addInFlight(inFlight);
        metrics.addLag(lag);
    }

    private Gauge gauge(String what, DoubleSupplier value) {
        return Gauge.builder(HubMetrics.PREFIX + what, value::getAsDouble)
                .tag("client", name)
                .register(metrics.registry());
    }

    void handled(List<Message> messages, long tookNs) {
        handling.record(tookNs, TimeUnit.NANOSECONDS);
        long nowMs = System.currentTimeMillis();
        for (Message message : messages) {
            endToEnd.record(Math.max(0, nowMs - message.timestampMs()), TimeUnit.MILLISECONDS);
        }
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

    void dropped() {
        dropped.increment();
    }

    void deadLetter() {
        deadLetters.increment();
    }

    /** What was counted stays; what is measured goes. */
    void close() {
        metrics.forget(fill, inFlight, lag);
        gauges.forEach(metrics.registry()::remove);
    }
}
