package io.polestar.broker.telemetry;

import io.polestar.broker.BrokerConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.metrics.KafkaMetricsContext;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryExporter;
import org.apache.kafka.server.telemetry.ClientTelemetryExporterProvider;
import org.apache.kafka.server.telemetry.ClientTelemetryReceiver;

/**
 * The plugins of {@code metric.reporters}: told of the metrics of Kafka's modules, and of what clients push if they can take
 * that. Kafka's default, JMX, is not started unless it is asked for. Changed by one thread at a time: the starting one, then
 * the metadata loader.
 */
public final class ConfiguredReporters {
    private static final String NAMESPACE = "kafka.server";

    private final String clusterId;
    private final Metrics metrics;
    private final ClientTelemetryExporterPlugin exporters;
    private final Map<String, MetricsReporter> running = new ConcurrentHashMap<>();
    private BrokerConfig config;

    /** @param metrics closes the reporters that are left at its end */
    public ConfiguredReporters(String clusterId, Metrics metrics, ClientTelemetryExporterPlugin exporters) {
        this.clusterId = clusterId;
        this.metrics = metrics;
        this.exporters = exporters;
    }

    /**
     * Ends the reporters that are not named any more, tells the others of their settings, starts those that are new.
     *
     * @throws org.apache.kafka.common.KafkaException if one cannot be made
     */
    public void follow(BrokerConfig changed) {
        List<String> named = classes(changed);
        running.keySet().stream().filter(name -> !named.contains(name)).forEach(this::end);
        running.values().forEach(reporter -> reconfigure(reporter, changed));
        config = changed;
        List<String> added =
                named.stream().filter(name -> !running.containsKey(name)).toList();
        if (!added.isEmpty()) {
            start(added);
        }
    }

    private static List<String> classes(BrokerConfig config) {
        return config.originals().containsKey(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG)
                ? config.getList(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG)
                : List.of();
    }

    private void end(String name) {
        metrics.removeReporter(running.remove(name));
    }

    private void reconfigure(MetricsReporter reporter, BrokerConfig changed) {
        if (reporter.reconfigurableConfigs().stream()
                .anyMatch(name -> !Objects.equals(
                        config.values().get(name), changed.values().get(name)))) {
            reporter.reconfigure(changed.values());
        }
    }

    private void start(List<String> classes) {
        String nodeId = Integer.toString(config.nodeId());
        List<MetricsReporter> added =
                config.getConfiguredInstances(classes, MetricsReporter.class, Map.of("broker.id", nodeId));
        for (MetricsReporter reporter : added) {
            reporter.contextChange(new KafkaMetricsContext(
                    NAMESPACE,
                    Map.of("kafka.cluster.id", clusterId, "kafka.broker.id", nodeId, "kafka.node.id", nodeId)));
            metrics.addReporter(reporter);
            running.put(reporter.getClass().getName(), reporter);
            addExporter(reporter);
            if (reporter instanceof ClusterResourceListener listener) {
                listener.onUpdate(new ClusterResource(clusterId));
            }
        }
    }

    /** The older interface is what plugins for brokers before 4.2 have. */
    @SuppressWarnings({"deprecation", "removal"})
    private void addExporter(MetricsReporter reporter) {
        if (reporter instanceof ClientTelemetryExporterProvider provider) {
            ClientTelemetryExporter exporter = provider.clientTelemetryExporter();
            exporters.add((ClientTelemetryExporter) (context, payload) -> {
                if (running.containsValue(reporter)) {
                    exporter.exportMetrics(context, payload);
                }
            });
        } else if (reporter instanceof ClientTelemetry telemetry) {
            ClientTelemetryReceiver receiver = telemetry.clientReceiver();
            exporters.add((ClientTelemetryReceiver) (context, payload) -> {
                if (running.containsValue(reporter)) {
                    receiver.exportMetrics(context, payload);
                }
            });
        }
    }
}
