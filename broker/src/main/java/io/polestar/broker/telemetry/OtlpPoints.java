package io.polestar.broker.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryUtils;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;

/**
 * Reads the gauges and sums of a push, which is OpenTelemetry's MetricsData; Kafka's clients send nothing else. Names and
 * labels become Prometheus': {@code org.apache.kafka.producer.x.y} is {@code kafka_client_producer_x_y}. For one push.
 */
final class OtlpPoints {
    private static final String KAFKAS_PREFIX = "org.apache.kafka.";
    private static final String OUR_PREFIX = "kafka_client_";
    private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^a-zA-Z0-9_]");

    private final Map<String, String> ofClient;
    private final int limit;
    private final List<PushedPoint> points = new ArrayList<>();

    private OtlpPoints(Map<String, String> ofClient, int limit) {
        this.ofClient = ofClient;
        this.limit = limit;
    }

    /**
     * @param ofClient labels of every point
     * @param limit beyond which points are left out
     * @throws org.apache.kafka.common.KafkaException if it is something else
     */
    static List<PushedPoint> read(ByteBuffer payload, Map<String, String> ofClient, int limit) {
        OtlpPoints reader = new OtlpPoints(ofClient, limit);
        ClientTelemetryUtils.deserializeMetricsData(payload)
                .getResourceMetricsList()
                .forEach(reader::readResource);
        return reader.points;
    }

    private void readResource(ResourceMetrics resource) {
        Map<String, String> labels = new TreeMap<>(ofClient);
        resource.getResource().getAttributesList().forEach(attribute -> putIfNew(labels, attribute));
        for (ScopeMetrics scope : resource.getScopeMetricsList()) {
            scope.getMetricsList().forEach(metric -> readMetric(metric, labels));
        }
    }

    private void readMetric(Metric metric, Map<String, String> labels) {
        if (metric.hasGauge()) {
            metric.getGauge().getDataPointsList().forEach(point -> add(metric, labels, point, false, false));
        } else if (metric.hasSum()) {
            boolean difference =
                    metric.getSum().getAggregationTemporality() == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
            boolean counter = metric.getSum().getIsMonotonic();
            metric.getSum().getDataPointsList().forEach(point -> add(metric, labels, point, counter, difference));
        }
    }

    private void add(
            Metric metric, Map<String, String> labels, NumberDataPoint point, boolean counter, boolean difference) {
        if (points.size() < limit) {
            Map<String, String> all = new TreeMap<>(labels);
            point.getAttributesList().forEach(attribute -> putIfNew(all, attribute));
            double value = point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
            points.add(new PushedPoint(name(metric.getName()), labels(all), counter, difference, value));
        }
    }

    private static String name(String otlp) {
        String rest = otlp.startsWith(KAFKAS_PREFIX) ? otlp.substring(KAFKAS_PREFIX.length()) : otlp;
        return PrometheusNaming.sanitizeMetricName(
                OUR_PREFIX + NOT_IN_A_NAME.matcher(rest).replaceAll("_"));
    }

    private static void putIfNew(Map<String, String> labels, KeyValue attribute) {
        String name = NOT_IN_A_NAME.matcher(attribute.getKey()).replaceAll("_");
        labels.putIfAbsent(PrometheusNaming.sanitizeLabelName(name), text(attribute.getValue()));
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            default -> "";
        };
    }

    private static Labels labels(Map<String, String> all) {
        return Labels.of(all.keySet().toArray(String[]::new), all.values().toArray(String[]::new));
    }
}
