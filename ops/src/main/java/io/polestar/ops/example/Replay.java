package io.polestar.ops.example;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads topics of one partition from offset 0 to their ends with a stock consumer. One thread's. */
final class Replay {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long GIVE_UP_SECONDS = 60;

    private final String bootstrap;

    Replay(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * The records of each topic, in order.
     *
     * @throws IOException if the ends are not reached within a minute
     */
    Map<String, List<Observation>> of(Collection<String> topics) throws IOException {
        List<TopicPartition> partitions =
                topics.stream().map(topic -> new TopicPartition(topic, 0)).toList();
        Map<String, List<Observation>> read =
                topics.stream().collect(Collectors.toMap(Function.identity(), topic -> new ArrayList<>()));
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, 0));
            readToEnds(consumer, new HashMap<>(consumer.endOffsets(partitions)), read);
        }
        return read;
    }

    private static void readToEnds(
            Consumer<String, String> consumer, Map<TopicPartition, Long> ends, Map<String, List<Observation>> read)
            throws IOException {
        long giveUpNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS);
        while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            if (System.nanoTime() > giveUpNs) {
                throw new IOException("the ends of the topics were not reached within " + GIVE_UP_SECONDS + " s");
            }
            StreamSupport.stream(consumer.poll(POLL).spliterator(), false)
                    .forEach(found -> read.get(found.topic()).add(observation(found)));
        }
    }

    private static Observation observation(ConsumerRecord<String, String> found) {
        return new Observation(found.topic(), found.timestamp(), found.value());
    }

    private Consumer<String, String> consumer() {
        Map<String, Object> properties = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false);
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }
}
