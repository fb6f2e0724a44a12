package io.polestar.ops.cli.group;

import io.polestar.ops.cli.ClientOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How long a group's oldest unread records have been waiting, by their timestamps. */
final class LagSeconds {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MAX_POLLS = 30;
    private static final double MS_PER_SECOND = 1000.0;

    private LagSeconds() {}

    /** 0 where nothing is unread; no entry where nothing is committed or the record was not to be had in 3 s. */
    static Map<TopicPartition, Double> of(
            ClientOptions options, Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Double> seconds = new HashMap<>();
        Map<TopicPartition, Long> behind = new HashMap<>();
        committed.forEach((partition, position) -> {
            if (position.offset() < ends.get(partition)) {
                behind.put(partition, position.offset());
            } else {
                seconds.put(partition, 0.0);
            }
        });
        if (!behind.isEmpty()) {
            seconds.putAll(waiting(options, behind));
        }
        return seconds;
    }

    private static Map<TopicPartition, Double> waiting(ClientOptions options, Map<TopicPartition, Long> behind) {
        Map<String, Object> properties = options.properties();
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "polestar-lag");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
            consumer.assign(behind.keySet());
            behind.forEach(consumer::seek);
            return waiting(consumer);
        }
    }

    private static Map<TopicPartition, Double> waiting(Consumer<byte[], byte[]> consumer) {
        Map<TopicPartition, Double> seconds = new HashMap<>();
        Set<TopicPartition> left = new HashSet<>(consumer.assignment());
        for (int polls = 0; polls < MAX_POLLS && !left.isEmpty(); polls++) {
            for (ConsumerRecord<byte[], byte[]> oldest : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(oldest.topic(), oldest.partition());
                if (left.remove(partition)) {
                    seconds.put(
                            partition, Math.max(0, System.currentTimeMillis() - oldest.timestamp()) / MS_PER_SECOND);
                    consumer.pause(Set.of(partition));
                }
            }
        }
        return seconds;
    }
}
