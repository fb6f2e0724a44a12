package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import io.polestar.storage.LogSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * A topic's effective configs: its own over the node's dynamic ones over the cluster's dynamic ones over the broker's
 * file over Kafka's defaults.
 */
public final class TopicConfigs {
    private static final ConfigResource CLUSTER_DEFAULT = new ConfigResource(ConfigResource.Type.BROKER, "");

    private final KafkaConfigSchema schema = new KafkaConfigSchema(
            Map.of(
                    ConfigResource.Type.BROKER,
                    BrokerConfig.DEFINITION,
                    ConfigResource.Type.TOPIC,
                    LogConfig.configDefCopy()),
            ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);
    private final Map<String, Object> brokerFile;
    private final ConfigResource node;

    public TopicConfigs(BrokerConfig config) {
        this.brokerFile = config.originals();
        this.node = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(config.nodeId()));
    }

    public LogConfig of(String topic, ConfigurationsImage image) {
        Map<String, String> own = image.configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, topic));
        Map<String, String> values = new HashMap<>();
        for (ConfigEntry entry : schema.resolveEffectiveTopicConfigs(
                        brokerFile, image.configMapForResource(CLUSTER_DEFAULT), image.configMapForResource(node), own)
                .values()) {
            if (entry.value() != null) {
                values.put(entry.name(), entry.value());
            }
        }
        return new LogConfig(values, own.keySet());
    }

    static LogSettings settings(LogConfig config) {
        return new LogSettings(config.segmentSize(), config.segmentMs, config.maxMessageSize());
    }
}
