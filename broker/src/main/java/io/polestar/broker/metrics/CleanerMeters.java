package io.polestar.broker.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polestar.broker.topic.LogCleaner;
import java.util.function.ToDoubleFunction;

/** What log compaction says of itself. Safe for use from any thread. */
public final class CleanerMeters {
    private static final String PREFIX = "polestar.log.cleaner.";

    private final MeterRegistry registry;
    private final LogCleaner cleaner;

    private CleanerMeters(MeterRegistry registry, LogCleaner cleaner) {
        this.registry = registry;
        this.cleaner = cleaner;
    }

    public static void bind(MeterRegistry registry, LogCleaner cleaner) {
        CleanerMeters meters = new CleanerMeters(registry, cleaner);
        meters.counter("runs", "Logs that were compacted", LogCleaner::runs);
        meters.counter("failures", "Compactions that failed", LogCleaner::failures);
        meters.counter("read.bytes", "Bytes that compaction looked at", LogCleaner::readBytes);
        meters.counter("removed.bytes", "Bytes that compaction removed", LogCleaner::removedBytes);
        meters.gauge("threads", "Threads that compact logs", LogCleaner::threads);
        meters.gauge(
                "uncleanable", "Logs that are not compacted until a restart, since it failed", LogCleaner::uncleanable);
        meters.gauge(
                "max.dirty.ratio", "The largest part of a compacted log that is dirty", LogCleaner::largestDirtyRatio);
        meters.gauge(
                "since.last.look.ms",
                "Milliseconds since compaction last looked for work",
                LogCleaner::sinceLastLookMs);
    }

    private void counter(String name, String description, ToDoubleFunction<LogCleaner> value) {
        FunctionCounter.builder(PREFIX + name, cleaner, value)
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<LogCleaner> value) {
        Gauge.builder(PREFIX + name, cleaner, value).description(description).register(registry);
    }
}
