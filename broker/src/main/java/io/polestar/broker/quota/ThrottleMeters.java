package io.polestar.broker.quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** How often and for how long clients over a quota were made to wait. Safe for use from any thread. */
final class ThrottleMeters {
    private final Timer produce;
    private final Timer fetch;
    private final Timer request;

    ThrottleMeters(MeterRegistry registry) {
        produce = timer(registry, "produce");
        fetch = timer(registry, "fetch");
        request = timer(registry, "request");
    }

    private static Timer timer(MeterRegistry registry, String quota) {
        return Timer.builder("polestar.quota.throttle")
                .tag("quota", quota)
                .description("How long clients over a quota were made to wait")
                .register(registry);
    }

    void produce(int throttleMs) {
        record(produce, throttleMs);
    }

    void fetch(int throttleMs) {
        record(fetch, throttleMs);
    }

    void request(int throttleMs) {
        record(request, throttleMs);
    }

    private static void record(Timer timer, int throttleMs) {
        if (throttleMs > 0) {
            timer.record(throttleMs, TimeUnit.MILLISECONDS);
        }
    }
}
