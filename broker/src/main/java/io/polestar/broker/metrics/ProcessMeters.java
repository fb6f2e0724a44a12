package io.polestar.broker.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.concurrent.CompletableFuture;

/**
 * Meters of the JVM and its process. Registered by the first scrape: a broker that nobody scrapes does not load the
 * management classes at its start. Safe for use from any thread.
 */
public final class ProcessMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private JvmGcMetrics collections;

    public ProcessMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers the meters, the first time; for {@link Scrape}. */
    public synchronized CompletableFuture<Void> refresh() {
        if (collections == null) {
            collections = new JvmGcMetrics();
            collections.bindTo(registry);
            new JvmMemoryMetrics().bindTo(registry);
            new JvmThreadMetrics().bindTo(registry);
            new ProcessorMetrics().bindTo(registry);
            new FileDescriptorMetrics().bindTo(registry);
            new UptimeMetrics().bindTo(registry);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized void close() {
        if (collections != null) {
            collections.close();
        }
    }
}
