package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compacted topics as stock clients see them, while the cleaner runs all the time. */
@Timeout(120)
class CompactionIT {
    private static final TopicPartition PRICES = new TopicPartition("prices", 0);
    private static final TopicPartition OFFSETS = new TopicPartition("__consumer_offsets", 0);
    private static final int KEYS = 100;

    @TempDir
    Path directory;

    private BrokerFixture broker;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with("log.cleaner.backoff.ms", 20)
                .with("log.cleaner.min.cleanable.ratio", 0.01)
                .with("offsets.topic.num.partitions", 1)
                .start();
        try (Admin admin = broker.admin()) {
            NewTopic prices = new NewTopic(PRICES.topic(), 1, (short) 1)
                    .configs(Map.of("cleanup.policy", "compact", "segment.ms", "20", "delete.retention.ms", "100"));
            admin.createTopics(List.of(prices)).all().get(20, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void shouldShowTheLastValueOfEachKeyWhileAndAfterTheLogIsCompacted() throws Exception {
        Map<String, String> expected = new HashMap<>();
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", 0))) {
            for (int round = 0; round < 30; round++) {
                for (int key = 0; key < KEYS; key++) {
                    String value = (key + round) % 10 == 0 ? null : "round " + round;
                    expected.put("key " + key, value);
                    producer.send(new ProducerRecord<>(PRICES.topic(), "key " + key, value));
                }
                producer.flush();
                assertEquals(present(expected), table());
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                producer.send(new ProducerRecord<>(PRICES.topic(), "clock", "tick"))
                        .get();
                return records().size() < KEYS + 20;
            });
        }
        expected.put("clock", "tick");
        assertEquals(present(expected), table());
    }

    private static Map<String, String> present(Map<String, String> table) {
        Map<String, String> present = new HashMap<>(table);
        present.values().removeIf(value -> value == null);
        return present;
    }

    /** What a table built from the topic holds. */
    private Map<String, String> table() {
        Map<String, String> table = new HashMap<>();
        records().forEach(record -> {
            if (record.value() == null) {
                table.remove(record.key());
            } else {
                table.put(record.key(), record.value());
            }
        });
        return table;
    }

    private List<ConsumerRecord<String, String>> records() {
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(PRICES));
            consumer.seekToBeginning(List.of(PRICES));
            long end = consumer.endOffsets(List.of(PRICES)).get(PRICES);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            while (consumer.position(PRICES) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    @Test
    void shouldRefuseRecordsWithoutKey() {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>(PRICES.topic(), null, "no key"))
                            .get(20, TimeUnit.SECONDS));
            assertInstanceOf(InvalidRecordException.class, refused.getCause());
        }
    }

    @Test
    void shouldShrinkTheCommittedOffsetsAndKeepTheGroupsOverARestart() throws Exception {
        int commits = 3000;
        try (KafkaConsumer<String, String> first = broker.consumer(Map.of("group.id", "group-0"));
                KafkaConsumer<String, String> second = broker.consumer(Map.of("group.id", "group-1"));
                Admin admin = broker.admin()) {
            commit(first, 0);
            rollOften(admin);
            for (int i = 1; i <= commits; i++) {
                commit(i % 2 == 0 ? first : second, i);
            }
            long written = commits * 50L;
            int[] more = {commits};
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                commit(first, ++more[0]);
                return sizeOfOffsets(admin) < written / 10;
            });
            commit(first, commits + 77);
        }
        broker.close();
        broker = BrokerFixture.builder(directory)
                .with("offsets.topic.num.partitions", 1)
                .start();

        try (Admin admin = broker.admin()) {
            assertEquals(commits + 77, committed(admin, "group-0"));
            assertEquals(commits - 1, committed(admin, "group-1"));
            assertTrue(sizeOfOffsets(admin) < commits * 5L);
        }
    }

    private static void commit(KafkaConsumer<String, String> consumer, long offset) {
        consumer.commitSync(Map.of(PRICES, new OffsetAndMetadata(offset)));
    }

    private static void rollOften(Admin admin) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, OFFSETS.topic());
        admin.incrementalAlterConfigs(Map.of(
                        topic,
                        List.of(new AlterConfigOp(new ConfigEntry("segment.ms", "20"), AlterConfigOp.OpType.SET))))
                .all()
                .get(20, TimeUnit.SECONDS);
    }

    private static long sizeOfOffsets(Admin admin) throws Exception {
        return admin.describeLogDirs(List.of(1)).allDescriptions().get(20, TimeUnit.SECONDS).get(1).values().stream()
                .mapToLong(log -> log.replicaInfos().get(OFFSETS).size())
                .sum();
    }

    private static long committed(Admin admin, String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(20, TimeUnit.SECONDS)
                .get(PRICES)
                .offset();
    }
}
