package io.polestar.broker.telemetry;

import io.polestar.broker.telemetry.PushingClient.Series;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.server.telemetry.ClientTelemetryContext;
import org.apache.kafka.server.telemetry.ClientTelemetryExporter;
import org.apache.kafka.server.telemetry.ClientTelemetryPayload;

/**
 * The metrics that clients push, shown on {@code /metrics} until the client has not pushed for three of its intervals.
 * Guarded by its own monitor; takes pushes on event loops.
 */
public final class PushedMetrics implements ClientTelemetryExporter, MultiCollector {
    /** Clients are strangers: what they can make this broker keep is bounded. */
    private static final int MOST_CLIENTS = 1_000;

    private static final int MOST_SERIES_OF_A_CLIENT = 2_000;
    private static final int INTERVALS_UNTIL_STALE = 3;

    /** {@code record-error-total} of Kafka's producer, by topic. */
    private static final String RECORD_ERRORS = "kafka_client_producer_topic_record_error";

    private final LongSupplier clockMs;
    private final FailedSends failedSends;
    private final Map<Uuid, PushingClient> clients = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Uuid, PushingClient> eldest) {
            return size() > MOST_CLIENTS;
        }
    };

    public PushedMetrics(LongSupplier clockMs, FailedSends failedSends) {
        this.clockMs = clockMs;
        this.failedSends = failedSends;
    }

    @Override
    public void exportMetrics(ClientTelemetryContext context, ClientTelemetryPayload payload) {
        Map<String, String> ofClient = Map.of(
                "client_id",
                context.authorizableRequestContext().clientId(),
                "client_instance_id",
                payload.clientInstanceId().toString());
        List<PushedPoint> points = OtlpPoints.read(payload.data(), ofClient, MOST_SERIES_OF_A_CLIENT);
        int intervals = payload.isTerminating() ? 1 : INTERVALS_UNTIL_STALE;
        long staleAtMs = clockMs.getAsLong() + (long) intervals * context.pushIntervalMs();
        take(payload.clientInstanceId(), points, staleAtMs);
        tellOfFailedSends(context.authorizableRequestContext().clientId(), points);
    }

    /** A total says nothing of when: only what was added since the push before is told. */
    private void tellOfFailedSends(String clientId, List<PushedPoint> points) {
        for (PushedPoint point : points) {
            String topic = point.labels().get("topic");
            boolean failed = point.name().equals(RECORD_ERRORS) && point.difference() && topic != null;
            if (failed && point.value() >= 1) {
                failedSends.onFailedSends(clientId, topic, (long) point.value(), clockMs.getAsLong());
            }
        }
    }

    private synchronized void take(Uuid client, List<PushedPoint> points, long staleAtMs) {
        clients.computeIfAbsent(client, id -> new PushingClient()).take(points, MOST_SERIES_OF_A_CLIENT, staleAtMs);
    }

    @Override
    public synchronized MetricSnapshots collect() {
        long nowMs = clockMs.getAsLong();
        clients.values().removeIf(client -> client.isStale(nowMs));
        Map<String, Map<Series, Double>> byName = new TreeMap<>();
        clients.values()
                .forEach(client -> client.values()
                        .forEach((series, value) -> byName.computeIfAbsent(series.name(), name -> new LinkedHashMap<>())
                                .put(series, value)));
        return new MetricSnapshots(byName.entrySet().stream()
                .map(metric -> snapshot(metric.getKey(), metric.getValue()))
                .toList());
    }

    /** Where clients disagree whether a metric only grows, it is shown as one that may shrink. */
    private static MetricSnapshot snapshot(String name, Map<Series, Double> values) {
        Set<Object> shown = new HashSet<>();
        Stream<Map.Entry<Series, Double>> distinct = values.entrySet().stream()
                .filter(each -> shown.add(each.getKey().labels()));
        return values.keySet().stream().allMatch(Series::counter) ? counter(name, distinct) : gauge(name, distinct);
    }

    private static MetricSnapshot counter(String name, Stream<Map.Entry<Series, Double>> values) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help("Pushed by clients");
        values.forEach(each -> counter.dataPoint(CounterDataPointSnapshot.builder()
                .labels(each.getKey().labels())
                .value(Math.max(0, each.getValue()))
                .build()));
        return counter.build();
    }

    private static MetricSnapshot gauge(String name, Stream<Map.Entry<Series, Double>> values) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help("Pushed by clients");
        values.forEach(each -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(each.getKey().labels())
                .value(each.getValue())
                .build()));
        return gauge.build();
    }
}
