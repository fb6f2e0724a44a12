package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.server.ClientMetricsManager;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which metrics clients are asked to push; follows the metrics subscriptions among the configs. Updated on the metadata loader's thread, asked from any.
 */
public final class MetricsSubscriptions implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsSubscriptions.class);

    private final ClientMetricsManager clients;

    /** @param exporters take what clients push */
    public MetricsSubscriptions(
            BrokerConfig config, ClientTelemetryExporterPlugin exporters, Time time, Metrics metrics) {
        this.clients = new ClientMetricsManager(
                exporters, config.getInt(MetricConfigs.CLIENT_TELEMETRY_MAX_BYTES_CONFIG), time, metrics);
    }

    /** Answers clients. */
    public ClientMetricsManager clients() {
        return clients;
    }

    @Override
    public String name() {
        return "metrics-subscriptions";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        if (delta.configsDelta() == null) {
            return;
        }
        for (ConfigResource changed : delta.configsDelta().changes().keySet()) {
            if (changed.type() == ConfigResource.Type.CLIENT_METRICS) {
                update(changed.name(), image.configs().configProperties(changed));
            }
        }
    }

    private void update(String name, Properties configs) {
        try {
            clients.updateSubscription(name, configs);
        } catch (RuntimeException e) {
            LOG.error("subscription={} event=update_failed", name, e);
        }
    }

    @Override
    public void close() {
        Utils.closeQuietly(clients, "metrics subscriptions");
    }
}
