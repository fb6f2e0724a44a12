package io.polestar.broker.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.telemetry.ClientTelemetryContext;
import org.apache.kafka.server.telemetry.ClientTelemetryPayload;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Gauge;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Sum;
import org.junit.jupiter.api.Test;

class PushedMetricsTest {
    private static final int INTERVAL_MS = 1_000;
    private static final Uuid CLIENT = Uuid.randomUuid();

    private record Context(int pushIntervalMs, AuthorizableRequestContext authorizableRequestContext)
            implements ClientTelemetryContext {}

    private record Payload(Uuid clientInstanceId, boolean isTerminating, String contentType, ByteBuffer data)
            implements ClientTelemetryPayload {}

    private final AtomicLong clockMs = new AtomicLong();
    private final PushedMetrics pushed = new PushedMetrics(clockMs::get, (clientId, topic, records, atMs) -> {});

    @Test
    void shouldAddUpDifferencesAndTakeTheLastOfWhatIsAbsolute() {
        push(CLIENT, false, sum("org.apache.kafka.x.total", 3, true), gauge("y.now", 5, "topic", "a"));
        push(CLIENT, false, sum("org.apache.kafka.x.total", 4, true), gauge("y.now", 2, "topic", "a"));

        assertEquals(7, counter("kafka_client_x"));
        assertEquals(Optional.of(2.0), gauge("kafka_client_y_now"));
        push(CLIENT, false, sum("org.apache.kafka.x.total", 9, false));
        assertEquals(9, counter("kafka_client_x"));
    }

    @Test
    void shouldForgetClientsThatDoNotPushForThreeIntervalsOrSaidGoodbye() {
        Uuid other = Uuid.randomUuid();
        push(CLIENT, false, gauge("a", 1, "k", "v"));
        push(other, true, gauge("b", 1, "k", "v"));

        clockMs.addAndGet(INTERVAL_MS + 1);
        assertEquals(List.of("kafka_client_a"), names());
        clockMs.addAndGet(2 * INTERVAL_MS);
        assertEquals(List.of(), names());
    }

    @Test
    void shouldShowNamesThatPrometheusAllowsAndWhoseMetricItIs() {
        push(CLIENT, false, gauge("über-metrik/1", 1, "client_id", "forged"));

        MetricSnapshot metric = pushed.collect().get(0);
        assertEquals("kafka_client__ber_metrik_1", metric.getMetadata().getName());
        var labels = metric.getDataPoints().get(0).getLabels();
        assertEquals("me", labels.get("client_id"));
        assertEquals(CLIENT.toString(), labels.get("client_instance_id"));
    }

    @Test
    void shouldShowAMetricAsAGaugeWhereClientsDisagree() {
        push(CLIENT, false, sum("a", 1, true));
        push(Uuid.randomUuid(), false, gauge("a", 1, "k", "v"));

        MetricSnapshot metric = pushed.collect().get(0);
        assertEquals(1, pushed.collect().size());
        assertEquals(2, ((GaugeSnapshot) metric).getDataPoints().size());
    }

    @Test
    void shouldKeepABoundedNumberOfSeries() {
        Metric[] many = new Metric[5_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = gauge("m", i, "k", "v" + i);
        }
        push(CLIENT, false, many);
        assertEquals(2_000, pushed.collect().get(0).getDataPoints().size());
    }

    @Test
    void shouldRefuseWhatIsNoMetrics() {
        assertThrows(
                KafkaException.class,
                () -> pushed.exportMetrics(
                        context(), new Payload(CLIENT, false, "OTLP", ByteBuffer.wrap(new byte[] {-1, -1, -1}))));
    }

    private List<String> names() {
        return pushed.collect().stream()
                .map(metric -> metric.getMetadata().getName())
                .toList();
    }

    private double counter(String name) {
        return pushed.collect().stream()
                .filter(metric -> metric.getMetadata().getName().equals(name))
                .map(metric -> ((CounterSnapshot) metric).getDataPoints().get(0).getValue())
                .findFirst()
                .orElseThrow();
    }

    private Optional<Double> gauge(String name) {
        return pushed.collect().stream()
                .filter(metric -> metric.getMetadata().getName().equals(name))
                .map(metric -> ((GaugeSnapshot) metric).getDataPoints().get(0).getValue())
                .findFirst();
    }

    private void push(Uuid client, boolean terminating, Metric... metrics) {
        MetricsData data = MetricsData.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .addScopeMetrics(ScopeMetrics.newBuilder().addAllMetrics(List.of(metrics))))
                .build();
        pushed.exportMetrics(context(), new Payload(client, terminating, "OTLP", ByteBuffer.wrap(data.toByteArray())));
    }

    private static Metric sum(String name, long value, boolean difference) {
        return Metric.newBuilder()
                .setName(name)
                .setSum(Sum.newBuilder()
                        .setIsMonotonic(true)
                        .setAggregationTemporality(
                                difference
                                        ? AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
                                        : AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                        .addDataPoints(NumberDataPoint.newBuilder().setAsInt(value)))
                .build();
    }

    private static Metric gauge(String name, double value, String label, String of) {
        return Metric.newBuilder()
                .setName(name)
                .setGauge(Gauge.newBuilder()
                        .addDataPoints(NumberDataPoint.newBuilder()
                                .setAsDouble(value)
                                .addAttributes(KeyValue.newBuilder()
                                        .setKey(label)
                                        .setValue(AnyValue.newBuilder().setStringValue(of)))))
                .build();
    }

    private static Context context() {
        RequestHeader header = new RequestHeader(ApiKeys.PUSH_TELEMETRY, (short) 0, "me", 1);
        return new Context(
                INTERVAL_MS,
                new RequestContext(
                        header,
                        "connection",
                        InetAddress.getLoopbackAddress(),
                        KafkaPrincipal.ANONYMOUS,
                        ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                        SecurityProtocol.PLAINTEXT,
                        ClientInformation.EMPTY,
                        false));
    }
}
