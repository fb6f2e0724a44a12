package io.polestar.broker.telemetry;

import io.polestar.broker.BrokerConfig;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.metrics.KafkaMetricsContext;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryExporterProvider;

/**
 * The plugins of {@code metric.reporters}: told of the metrics of Kafka's modules, and of what clients push if they can take
 * that. Kafka's default, JMX, is not started unless it is asked for. Used at the start.
 */
public final class ConfiguredReporters {
    private static final String NAMESPACE = "kafka.server";

    private ConfiguredReporters() {}

    /** @throws org.apache.kafka.common.KafkaException if one cannot be made; {@code metrics} closes them */
    public static void start(
            BrokerConfig config, String clusterId, Metrics metrics, ClientTelemetryExporterPlugin exporters) {
        if (!config.originals().containsKey(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG)) {
            return;
        }
        String nodeId = Integer.toString(config.nodeId());
        List<MetricsReporter> reporters = config.getConfiguredInstances(
                MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG, MetricsReporter.class, Map.of("broker.id", nodeId));
        for (MetricsReporter reporter : reporters) {
            reporter.contextChange(new KafkaMetricsContext(
                    NAMESPACE,
                    Map.of("kafka.cluster.id", clusterId, "kafka.broker.id", nodeId, "kafka.node.id", nodeId)));
            metrics.addReporter(reporter);
            addExporter(reporter, exporters);
            if (reporter instanceof ClusterResourceListener listener) {
                listener.onUpdate(new ClusterResource(clusterId));
            }
        }
    }

    /** The older interface is what plugins for brokers before 4.2 have. */
    @SuppressWarnings({"deprecation", "removal"})
    private static void addExporter(MetricsReporter reporter, ClientTelemetryExporterPlugin exporters) {
        if (reporter instanceof ClientTelemetryExporterProvider provider) {
            exporters.add(provider.clientTelemetryExporter());
        } else if (reporter instanceof ClientTelemetry telemetry) {
            exporters.add(telemetry.clientReceiver());
        }
    }
}
