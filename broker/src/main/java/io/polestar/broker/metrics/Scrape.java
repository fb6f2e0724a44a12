package io.polestar.broker.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The text of all meters, after those that are only known on demand were brought up to date. Safe for use from any
 * thread.
 */
public final class Scrape {
    private final PrometheusMeterRegistry registry;
    private final List<Supplier<CompletableFuture<Void>>> refreshes = new CopyOnWriteArrayList<>();

    public Scrape(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    /** Calls this before every scrape from now on; it must neither block nor fail. */
    public void before(Supplier<CompletableFuture<Void>> refresh) {
        refreshes.add(refresh);
    }

    /** In Prometheus' text format. */
    public CompletableFuture<String> text() {
        return CompletableFuture.allOf(refreshes.stream().map(Supplier::get).toArray(CompletableFuture<?>[]::new))
                .thenApply(refreshed -> registry.scrape());
    }
}
