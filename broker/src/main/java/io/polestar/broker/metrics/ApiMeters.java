package io.polestar.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** The meters of one API. Safe for use from any thread. */
final class ApiMeters {
    /** Few bounds, as each is a line of the scrape for each API: from a fetch in memory to a group's rebalance. */
    private static final Duration[] LATENCY_BOUNDS = {
        Duration.ofNanos(50_000),
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final ApiKeys key;
    private final Timer latency;
    private final Map<Errors, Counter> errors = new ConcurrentHashMap<>();

    ApiMeters(MeterRegistry registry, ApiKeys key) {
        this.registry = registry;
        this.key = key;
        this.latency = Timer.builder("polestar.request")
                .description("Requests: from the last byte received to the response handed to the socket")
                .tag("api", key.name)
                .serviceLevelObjectives(LATENCY_BOUNDS)
                .register(registry);
    }

    Timer latency() {
        return latency;
    }

    Counter error(Errors error) {
        return errors.computeIfAbsent(error, this::newErrorCounter);
    }

    private Counter newErrorCounter(Errors error) {
        return Counter.builder("polestar.request.errors")
                .description("Error codes in responses")
                .tag("api", key.name)
                .tag("error", error.name())
                .register(registry);
    }
}
