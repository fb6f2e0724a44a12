package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.PowerCutDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes while a broker in durability {@code sync} is produced to; the next one starts on what the device kept.
 * Every record and every commit that was acknowledged is there. {@code -Dpowercut.rounds=N} and {@code -Dpowercut.seed=N}
 * make it longer or other.
 */
@Timeout(1800)
class PowerCutIT {
    private static final int ROUNDS = Integer.getInteger("powercut.rounds", 4);
    private static final long SEED = Long.getLong("powercut.seed", 20261124);
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "payments";
    private static final String GROUP = "accounts";

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final Map<TopicPartition, Map<Long, String>> acknowledged = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
    private int sent;

    @Test
    void shouldHoldEverythingAcknowledgedWhenThePowerGoes() throws Exception {
        Files.createDirectories(data(0));
        for (int round = 0; round < ROUNDS; round++) {
            runUntilThePowerGoes(round);
        }
        try (BrokerFixture broker = start(ROUNDS)) {
            verify(broker, "after the last round");
        }
    }

    private Path data(int number) {
        return folder.resolve("data-" + number);
    }

    /** The metadata log is Kafka's, which forces it itself before it acknowledges: it is copied as it is. */
    private static boolean forcesItself(Path path) {
        String first = path.getName(0).toString();
        return first.startsWith("__cluster_metadata")
                || first.equals("meta.properties")
                || first.equals("bootstrap.checkpoint");
    }

    private BrokerFixture start(int round) throws IOException {
        return start(new PowerCutDisk(
                data(round), folder.resolve("links-" + round), "boot-" + round, PowerCutIT::forcesItself));
    }

    private BrokerFixture start(PowerCutDisk disk) {
        return BrokerFixture.builder(disk.root())
                .with(PolestarTopicConfigs.DURABILITY, "sync")
                .with("offsets.topic.num.partitions", 2)
                .start(disk);
    }

    private void runUntilThePowerGoes(int round) throws Exception {
        PowerCutDisk disk = new PowerCutDisk(
                data(round), folder.resolve("links-" + round), "boot-" + round, PowerCutIT::forcesItself);
        BrokerFixture broker = start(disk);
        try {
            if (round == 0) {
                createTopic(broker);
            }
            verify(broker, "seed " + SEED + ", round " + round);
            int enough = acknowledgedRecords() + 50 + random.nextInt(300);
            Thread producing = new Thread(() -> produceUntil(broker, enough + 200));
            producing.start();
            commit(broker);
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> acknowledgedRecords() >= enough);
            // What is acknowledged while the copy is made does not count: forces wait meanwhile.
            disk.cut(data(round + 1), random, this::remember);
            producing.join();
        } finally {
            broker.close();
        }
    }

    private Map<TopicPartition, Map<Long, String>> remembered = new HashMap<>();

    /** Called when nothing can be forced any more: what was acknowledged by now must be found. */
    private void remember() {
        Map<TopicPartition, Map<Long, String>> copy = new HashMap<>();
        acknowledged.forEach((partition, records) -> copy.put(partition, Map.copyOf(records)));
        remembered = copy;
    }

    private int acknowledgedRecords() {
        return acknowledged.values().stream().mapToInt(Map::size).sum();
    }

    private static void createTopic(BrokerFixture broker) throws Exception {
        try (Admin admin = broker.admin()) {
            NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) 1).configs(Map.of("segment.ms", "300"));
            admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
        }
    }

    private void produceUntil(BrokerFixture broker, int enough) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", 1, "batch.size", 2000))) {
            while (acknowledgedRecords() < enough) {
                for (int i = 0; i < 20; i++) {
                    String value = "number " + sent++ + " " + "x".repeat(random.nextInt(500));
                    producer.send(new ProducerRecord<>(TOPIC, sent % PARTITIONS, "k", value), (metadata, failure) -> {
                        if (failure == null) {
                            acknowledged
                                    .computeIfAbsent(
                                            new TopicPartition(TOPIC, metadata.partition()),
                                            none -> new ConcurrentHashMap<>())
                                    .put(metadata.offset(), value);
                        }
                    });
                }
                producer.flush();
            }
        }
    }

    private void commit(BrokerFixture broker) throws Exception {
        try (Admin admin = broker.admin()) {
            for (int i = 0; i < PARTITIONS; i++) {
                TopicPartition partition = new TopicPartition(TOPIC, i);
                long offset = committed.getOrDefault(partition, 0L) + 1;
                admin.alterConsumerGroupOffsets(GROUP, Map.of(partition, new OffsetAndMetadata(offset)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
                committed.put(partition, offset);
            }
        }
    }

    private void verify(BrokerFixture broker, String when) throws Exception {
        Map<TopicPartition, Map<Long, String>> found = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            for (int i = 0; i < PARTITIONS; i++) {
                TopicPartition partition = new TopicPartition(TOPIC, i);
                found.put(partition, read(consumer, partition, when));
            }
        }
        remembered.forEach((partition, records) -> records.forEach(
                (offset, value) -> assertEquals(value, found.get(partition).get(offset), when + ", " + partition)));
        // What is left is what the log is from here on: offsets that nothing was acknowledged at are given again.
        acknowledged.clear();
        found.forEach((partition, records) -> acknowledged.put(partition, new ConcurrentHashMap<>(records)));
        verifyCommits(broker, when);
    }

    private static Map<Long, String> read(
            KafkaConsumer<String, String> consumer, TopicPartition partition, String when) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        Map<Long, String> found = new HashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            assertEquals(found.size(), record.offset(), when + ": no gap in the offsets of " + partition);
            found.put(record.offset(), record.value());
        }
        return found;
    }

    private void verifyCommits(BrokerFixture broker, String when) throws Exception {
        if (committed.isEmpty()) {
            return;
        }
        try (Admin admin = broker.admin()) {
            Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS);
            committed.forEach((partition, offset) ->
                    assertTrue(found.get(partition).offset() >= offset, when + ": commit of " + partition));
        }
    }
}
