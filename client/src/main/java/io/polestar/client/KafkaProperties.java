package io.polestar.client;

import io.polestar.client.config.ConsumerConfig;
import io.polestar.client.config.HubConfig;
import io.polestar.client.config.PublisherConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Our options as the configs of Kafka's clients; what the user gave by Kafka's names goes before. */
final class KafkaProperties {
    private static final int MAX_POLL_RECORDS = 500;
    private static final int FETCH_MAX_WAIT_MS = 100;

    private KafkaProperties() {}

    private static Map<String, Object> common(HubConfig hub, String clientId, Duration dialTimeout) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, hub.bootstrap());
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, hub.name() + clientId);
        properties.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, dialTimeout.toMillis());
        properties.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, dialTimeout.toMillis());
        properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500L);
        properties.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        return properties;
    }

    static Map<String, Object> admin(HubConfig hub) {
        Map<String, Object> properties = common(hub, "-hub", hub.dialTimeout());
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, millis(hub.readTimeout()));
        properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(hub.readTimeout()));
        // A connection that is closed then tells of a broker that went, not of idleness.
        properties.put(CommonClientConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG, -1L);
        properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        properties.putAll(hub.kafka());
        return properties;
    }

    static Map<String, Object> producer(HubConfig hub, PublisherConfig config) {
        Map<String, Object> properties = common(hub, "-publisher", config.dialTimeout());
        int deliveryMs = millis(config.deliveryTimeout());
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.ACKS_CONFIG, config.acks());
        properties.put(ProducerConfig.RETRIES_CONFIG, config.maxRetries());
        properties.put(
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, config.acks().equals("all") && config.maxRetries() > 0);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis(config.writeTimeout()));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMs);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) deliveryMs);
        properties.put(
                ProducerConfig.RETRY_BACKOFF_MS_CONFIG, config.retryBackoff().toMillis());
        properties.put(
                ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG,
                config.retryBackoffMax().toMillis());
        properties.put(ProducerConfig.LINGER_MS_CONFIG, config.linger().toMillis());
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, config.batchBytes());
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, config.compression());
        properties.putAll(hub.kafka());
        return properties;
    }

    static Map<String, Object> consumer(HubConfig hub, ConsumerConfig config) {
        Map<String, Object> properties = common(hub, "-" + config.name(), config.dialTimeout());
        properties.put("key.deserializer", ByteArrayDeserializer.class);
        properties.put("value.deserializer", ByteArrayDeserializer.class);
        properties.put("enable.auto.commit", false);
        properties.put("allow.auto.create.topics", false);
        // Where a partition begins is decided when it is assigned; this is for offsets that retention has passed.
        properties.put("auto.offset.reset", "earliest");
        properties.put("isolation.level", "read_committed");
        // A fetch that waits at the broker does not know of a partition that is assigned meanwhile.
        properties.put("fetch.max.wait.ms", FETCH_MAX_WAIT_MS);
        properties.put("max.poll.records", maxPollRecords(config));
        properties.put("default.api.timeout.ms", millis(config.readTimeout()));
        properties.put("request.timeout.ms", millis(config.readTimeout()));
        if (!config.replay()) {
            properties.put("group.id", config.name());
            properties.put("group.protocol", config.groupProtocol());
            if (config.groupProtocol().equals("classic")) {
                properties.put("heartbeat.interval.ms", 250);
            }
        }
        properties.putAll(hub.kafka());
        return properties;
    }

    /** Half a queue at most, so that a poll fits into what a paused consumer has left. */
    static int maxPollRecords(ConsumerConfig config) {
        return Math.max(1, Math.min(MAX_POLL_RECORDS, config.queueSize() / 2));
    }

    static int millis(Duration time) {
        return (int) Math.min(Integer.MAX_VALUE, time.toMillis());
    }
}
