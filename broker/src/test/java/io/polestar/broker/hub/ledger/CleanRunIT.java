package io.polestar.broker.hub.ledger;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Groups of every kind read everything there is, with all that is allowed: the ledger has no entry. {@code -Dpolestar.ledger.records=10000000}
 * makes it a long run.
 */
class CleanRunIT {
    private static final int RECORDS = Integer.getInteger("polestar.ledger.records", 200_000);
    private static final int PARTITIONS = 4;
    private static final String PLAIN = "clean.plain";
    private static final String TRANSACTIONS = "clean.transactions";
    private static final List<TopicPartition> ALL = List.of(0, 1, 2, 3).stream()
            .map(index -> new TopicPartition(PLAIN, index))
            .toList();
    private static final Duration PATIENCE = Duration.ofSeconds(60 + RECORDS / 5_000);

    @TempDir
    private Path data;

    private LedgerFixture ledger;
    private final List<GroupReader> readers = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        ledger = new LedgerFixture(data);
        try (Admin admin = ledger.broker().admin()) {
            Map<String, String> configs = Map.of("retention.ms", "-1", "segment.bytes", "1048576");
            admin.createTopics(List.of(
                            new NewTopic(PLAIN, PARTITIONS, (short) 1).configs(configs),
                            new NewTopic(TRANSACTIONS, PARTITIONS, (short) 1).configs(configs)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    private void produce(int count, int seed) {
        try (KafkaProducer<String, String> producer = ledger.broker().producer(Map.of("linger.ms", 1))) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(PLAIN, "k" + i % 1_000, "value " + seed + " " + i));
            }
        }
    }

    private void produceInTransactions(int count) {
        Map<String, Object> configs = Map.of("transactional.id", "clean", "linger.ms", 1);
        Random random = new Random(1);
        try (KafkaProducer<String, String> producer = ledger.broker().producer(configs)) {
            producer.initTransactions();
            for (int sent = 0; sent < count; sent += 100) {
                producer.beginTransaction();
                for (int i = 0; i < 100; i++) {
                    producer.send(new ProducerRecord<>(TRANSACTIONS, "k" + i, "value " + i));
                }
                if (random.nextInt(3) == 0) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
    }

    private GroupReader reader(
            String group,
            String topic,
            Map<String, ?> configs,
            BiConsumer<KafkaConsumer<String, String>, ConsumerRecords<String, String>> afterPoll) {
        KafkaConsumer<String, String> consumer = ledger.consumer(group, autoCommitting(configs));
        consumer.subscribe(List.of(topic));
        GroupReader reader = new GroupReader(consumer, afterPoll);
        readers.add(reader);
        return reader;
    }

    private static Map<String, Object> autoCommitting(Map<String, ?> configs) {
        Map<String, Object> all = new HashMap<>(configs);
        all.putIfAbsent("enable.auto.commit", true);
        all.putIfAbsent("auto.commit.interval.ms", 50);
        return all;
    }

    private GroupReader reader(String group, String topic, Map<String, ?> configs) {
        return reader(group, topic, configs, (consumer, records) -> {});
    }

    /** Of no group's membership: it takes partitions itself, and commits after each poll. */
    private void standalone(String group) {
        KafkaConsumer<String, String> consumer = ledger.consumer(group, Map.of());
        consumer.assign(ALL);
        readers.add(new GroupReader(consumer, (each, records) -> {
            if (!records.isEmpty()) {
                each.commitSync();
            }
        }));
    }

    /** Reads some of it twice: seeks back, and then forth to where it was. */
    private void replaying(String group) {
        Random random = new Random(2);
        Map<TopicPartition, Long> furthest = new HashMap<>();
        reader(group, PLAIN, Map.of("max.poll.records", 200), (consumer, records) -> {
            for (TopicPartition partition : records.partitions()) {
                long position = consumer.position(partition);
                long was = furthest.merge(partition, position, Math::max);
                switch (random.nextInt(40)) {
                    case 0 -> consumer.seek(partition, Math.max(0, position - 500));
                    case 1 -> consumer.seek(partition, was);
                    default -> {}
                }
            }
        });
    }

    private void closeReaders() {
        readers.forEach(GroupReader::close);
        readers.clear();
    }

    private void awaitAtEnd(Admin admin, String group, String topic) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Map<TopicPartition, Long> committed =
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, entry -> entry.getValue().offset()));
            assertEquals(ends(admin, topic), committed, group);
        });
    }

    private static Map<TopicPartition, Long> ends(Admin admin, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int index = 0; index < PARTITIONS; index++) {
            asked.put(new TopicPartition(topic, index), OffsetSpec.latest());
        }
        return admin.listOffsets(asked).all().get().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    @Test
    @Timeout(3_600)
    void shouldHaveNoEntryWhenEveryGroupReadsAll() throws Exception {
        List<String> groups = List.of("classic", "protocol", "standalone", "replaying", "static", "latest");
        Map<String, String> protocol = Map.of("group.protocol", "consumer");
        Map<String, String> fixed = Map.of("group.instance.id", "one");
        reader("classic", PLAIN, Map.of());
        GroupReader leaving = reader("classic", PLAIN, Map.of("client.id", "leaving"));
        reader("protocol", PLAIN, protocol);
        reader("committed", TRANSACTIONS, Map.of("isolation.level", "read_committed"));
        standalone("standalone");
        replaying("replaying");
        GroupReader first = reader("static", PLAIN, fixed);
        produce(RECORDS / 4, 1);
        produceInTransactions(RECORDS / 20);
        leaving.close();
        readers.remove(leaving);
        first.close();
        readers.remove(first);
        reader("static", PLAIN, fixed);
        reader("latest", PLAIN, Map.of("auto.offset.reset", "latest"));
        reader("protocol", PLAIN, protocol);
        produce(RECORDS / 4, 2);
        closeReaders();
        ledger.restart();

        List.of("classic", "protocol", "replaying", "latest").forEach(group -> reader(group, PLAIN, Map.of()));
        reader("static", PLAIN, fixed);
        standalone("standalone");
        reader("committed", TRANSACTIONS, Map.of("isolation.level", "read_committed"));
        produce(RECORDS / 2, 3);
        produceInTransactions(RECORDS / 20);
        try (Admin admin = ledger.broker().admin()) {
            for (String group : groups) {
                awaitAtEnd(admin, group, PLAIN);
            }
            awaitAtEnd(admin, "committed", TRANSACTIONS);
            closeReaders();
            removeAll(admin, PLAIN);
            removeAll(admin, TRANSACTIONS);
            admin.alterConsumerGroupOffsets("classic", Map.of(ALL.get(0), new OffsetAndMetadata(0)))
                    .all()
                    .get();
            admin.deleteTopics(List.of(PLAIN, TRANSACTIONS)).all().get();
            await().until(() -> ledger.audit("?topic=" + PLAIN).get("groups").isEmpty());
        }
        assertEquals(List.of(), ledger.entries());
        assertTrue(ledger.audit("").get("nothingLost").asBoolean());
    }

    private static void removeAll(Admin admin, String topic) throws Exception {
        Map<TopicPartition, RecordsToDelete> all = ends(admin, topic).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> RecordsToDelete.beforeOffset(entry.getValue())));
        admin.deleteRecords(all).all().get();
    }
}
