package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Idempotent producers write while the broker is killed with -9 at random moments and started again. Afterwards the log
 * holds every acknowledged record of each, in order, once. {@code -Dcrash.rounds=N} and {@code -Dcrash.seed=N} make it
 * longer or other.
 */
@Timeout(600)
class CrashIT {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 4);
    private static final long SEED = Long.getLong("crash.seed", 20261124);
    private static final int PRODUCERS = 3;
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "weather.wind.seattle";

    @TempDir
    Path directory;

    @Test
    void shouldHoldEveryAcknowledgedRecordInOrderOnceAfterKills() throws Exception {
        System.err.println("crash.seed=" + SEED + " crash.rounds=" + ROUNDS);
        Random random = new Random(SEED);
        BrokerProcess broker = BrokerProcess.start(directory);
        int port = broker.port();
        createTopic(broker.bootstrapServers());
        List<CountingProducer> producers = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            producers.add(CountingProducer.start("p" + i, TOPIC, PARTITIONS, broker.bootstrapServers()));
        }
        for (int round = 0; round < ROUNDS; round++) {
            producers.get(0).awaitAcknowledged(producers.get(0).acknowledged() + 200 + random.nextInt(3000));
            broker.kill();
            broker = BrokerProcess.start(directory, port);
        }
        for (CountingProducer producer : producers) {
            producer.awaitAcknowledged(producer.acknowledged() + 100);
            producer.finish();
        }
        broker.kill();
        broker = BrokerProcess.start(directory, port);
        for (CountingProducer producer : producers) {
            assertEquals(producer.sentByPartition(), stored(broker, producer.name()), producer.name());
        }
        broker.kill();
    }

    private static void createTopic(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    /** The numbers that a producer's records have, by partition, in the log's order. */
    private static List<List<Integer>> stored(BrokerProcess broker, String producer) {
        List<List<Integer>> numbers = new ArrayList<>();
        Map<String, Object> configs = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            for (int p = 0; p < PARTITIONS; p++) {
                numbers.add(numbersOf(producer, readAll(consumer, new TopicPartition(TOPIC, p))));
            }
        }
        return numbers;
    }

    private static List<Integer> numbersOf(String producer, List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .filter(record -> record.key().equals(producer))
                .map(record -> Integer.valueOf(record.value()))
                .toList();
    }

    private static List<ConsumerRecord<String, String>> readAll(
            KafkaConsumer<String, String> consumer, TopicPartition partition) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        for (int i = 0; i < records.size(); i++) {
            assertEquals(i, records.get(i).offset(), "no gap in the offsets of " + partition);
        }
        return records;
    }
}
