package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
 * Idempotent producers write, topics are made and configured, and groups commit, while the broker is killed with -9 at
 * random moments and started again. After each start the log goes on where it ended, without a gap; at the end it holds
 * every acknowledged record of each producer, in order, once, and every acknowledged commit and config is there.
 * {@code -Dcrash.rounds=200} and {@code -Dcrash.seed=N} make it longer or other.
 */
@Timeout(3600)
class CrashIT {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 25);
    private static final long SEED = Long.getLong("crash.seed", 20261124);
    private static final int PRODUCERS = 3;
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "weather.wind.seattle";

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final List<CountingProducer> producers = new ArrayList<>();
    private final Map<TopicPartition, List<ConsumerRecord<String, String>>> read = new HashMap<>();

    @Test
    void shouldHoldEverythingAcknowledgedInOrderOnceAfterKills() throws Exception {
        System.err.println("crash.seed=" + SEED + " crash.rounds=" + ROUNDS);
        BrokerProcess broker = BrokerProcess.start(directory);
        int port = broker.port();
        createTopic(broker.bootstrapServers());
        for (int i = 0; i < PRODUCERS; i++) {
            producers.add(CountingProducer.start("p" + i, TOPIC, PARTITIONS, broker.bootstrapServers()));
        }
        AdminChurn churn = AdminChurn.start(broker.bootstrapServers(), new TopicPartition(TOPIC, 0));
        for (int round = 0; round < ROUNDS; round++) {
            CountingProducer one = producers.get(random.nextInt(PRODUCERS));
            one.awaitAcknowledged(one.acknowledged() + 1 + random.nextInt(1500));
            broker.kill();
            broker = BrokerProcess.start(directory, port);
            readOn(broker);
        }
        for (CountingProducer producer : producers) {
            producer.awaitAcknowledged(producer.acknowledged() + 100);
            producer.finish();
        }
        broker.kill();
        broker = BrokerProcess.start(directory, port);
        churn.finishAndCheck();
        readOn(broker);
        for (CountingProducer producer : producers) {
            assertEquals(producer.sentByPartition(), stored(producer.name()), producer.name());
        }
        broker.kill();
    }

    private static void createTopic(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1).configs(Map.of("segment.ms", "500"))))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    /** Reads what came since the last time. */
    private void readOn(BrokerProcess broker) {
        Map<String, Object> configs = Map.of(
                "bootstrap.servers", broker.bootstrapServers(), "auto.offset.reset", "none", "check.crcs", "true");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            for (int p = 0; p < PARTITIONS; p++) {
                TopicPartition partition = new TopicPartition(TOPIC, p);
                readOn(consumer, partition, read.computeIfAbsent(partition, none -> new ArrayList<>()));
            }
        }
    }

    private static void readOn(
            KafkaConsumer<String, String> consumer,
            TopicPartition partition,
            List<ConsumerRecord<String, String>> records) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, records.size());
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                assertEquals(records.size(), record.offset(), "no gap in the offsets of " + partition);
                records.add(record);
            }
        }
    }

    /** The numbers that a producer's records have, by partition, in the log's order. */
    private List<List<Integer>> stored(String producer) {
        List<List<Integer>> numbers = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            numbers.add(read.get(new TopicPartition(TOPIC, p)).stream()
                    .filter(record -> record.key().equals(producer))
                    .map(record -> Integer.valueOf(record.value()))
                    .toList());
        }
        return numbers;
    }
}
