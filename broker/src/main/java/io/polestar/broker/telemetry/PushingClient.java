package io.polestar.broker.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one client instance has pushed so far. Guarded by {@link PushedMetrics}. */
final class PushingClient {

    /** What tells one series from another. */
    record Series(String name, Labels labels, boolean counter) {}

    private final Map<Series, Double> values = new LinkedHashMap<>();
    private long staleAtMs;

    /** @param staleAtMs when the client is taken for gone, unless it pushes again */
    void take(List<PushedPoint> points, int mostSeries, long staleAtMs) {
        this.staleAtMs = staleAtMs;
        for (PushedPoint point : points) {
            Series series = new Series(point.name(), point.labels(), point.counter());
            if (values.containsKey(series) || values.size() < mostSeries) {
                values.merge(
                        series,
                        point.value(),
                        (before, pushed) -> point.difference() ? (Double) (before + pushed) : pushed);
            }
        }
    }

    boolean isStale(long nowMs) {
        return nowMs > staleAtMs;
    }

    Map<Series, Double> values() {
        return values;
    }
}
