package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import io.polestar.storage.LogSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * A topic's effective configs: its own over the node's dynamic ones over the cluster's dynamic ones over the broker's
 * file over Kafka's defaults. Safe for use from any thread.
 */
public final class TopicConfigs {
    private static final ConfigResource CLUSTER_DEFAULT = new ConfigResource(ConfigResource.Type.BROKER, "");

    /** What every topic without configs of its own has under one image. */
    private record Defaults(ConfigurationsImage image, LogConfig config) {}

    private final Map<String, Object> brokerFile;
    private final ConfigResource node;
    private volatile Defaults defaults = new Defaults(null, null);

    public TopicConfigs(BrokerConfig config) {
        this.brokerFile = config.originals();
        this.node = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(config.nodeId()));
    }

    public LogConfig of(String topic, ConfigurationsImage image) {
        Map<String, String> own = image.configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, topic));
        return own.isEmpty() ? defaults(image) : resolve(own, image);
    }

    private LogConfig defaults(ConfigurationsImage image) {
        Defaults known = defaults;
        if (known.image() != image) {
            known = new Defaults(image, resolve(Map.of(), image));
            defaults = known;
        }
        return known.config();
    }

    private LogConfig resolve(Map<String, String> own, ConfigurationsImage image) {
        Map<String, String> values = new HashMap<>();
        for (ConfigEntry entry : BrokerConfig.SCHEMA
                .resolveEffectiveTopicConfigs(
                        brokerFile, image.configMapForResource(CLUSTER_DEFAULT), image.configMapForResource(node), own)
                .values()) {
            if (entry.value() != null) {
                values.put(entry.name(), entry.value());
            }
        }
        return new LogConfig(values, own.keySet());
    }

    static LogSettings settings(LogConfig config) {
        return new LogSettings(config.segmentSize(), config.maxSegmentMs(), config.maxMessageSize());
    }
}
