package io.polestar.broker.metrics;

import io.polestar.broker.hub.view.Views;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Supplier;

/**
 * What views show, and how far they are behind their sources.
 *
 * @param views those there are when they are scraped
 */
public record ViewMeters(Supplier<List<Views.State>> views) implements MultiCollector {

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder sources = gauge("sources", "Partitions that the view shows");
        GaugeSnapshot.Builder untaken =
                gauge("untaken", "Records that the view's sources have committed and it does not show yet");
        for (Views.State view : views.get()) {
            sources.dataPoint(point(view, view.sources()));
            untaken.dataPoint(point(view, view.untaken()));
        }
        return new MetricSnapshots(sources.build(), untaken.build());
    }

    private static GaugeSnapshot.Builder gauge(String name, String help) {
        return GaugeSnapshot.builder().name("polestar_view_" + name).help(help);
    }

    private static GaugeDataPointSnapshot point(Views.State view, double value) {
        return GaugeDataPointSnapshot.builder()
                .labels(Labels.of("view", view.view()))
                .value(value)
                .build();
    }
}
