package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that compacts all the time is killed with -9 at random moments: each key's last acknowledged value, or a later
 * one, is there after each start, in order and once. {@code -Dcrash.compaction.rounds} makes it longer.
 */
@Timeout(600)
class CompactionCrashIT {
    private static final long SEED = Long.getLong("crash.seed", 20261124);
    private static final int ROUNDS = Integer.getInteger("crash.compaction.rounds", 4);
    private static final int KEYS = 50;
    private static final TopicPartition PARTITION = new TopicPartition("prices", 0);
    private static final String[] SETTINGS = {
        "log.cleaner.backoff.ms=1", "log.cleaner.min.cleanable.ratio=0.01", "log.segment.bytes=1048576"
    };

    @TempDir
    Path directory;

    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(KEYS);
    private final AtomicLong acknowledgements = new AtomicLong();
    private volatile boolean done;

    @Test
    void shouldHoldTheLastValueOfEachKeyAfterKillsInTheMiddleOfCompactions() throws Exception {
        System.err.println("crash.seed=" + SEED + " crash.compaction.rounds=" + ROUNDS);
        Random random = new Random(SEED);
        BrokerProcess broker = BrokerProcess.start(directory, 0, SETTINGS);
        int port = broker.port();
        createTopic(broker.bootstrapServers());
        Thread producer = new Thread(() -> produce("127.0.0.1:" + port), "prices");
        producer.start();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                long killAt = acknowledgements.get() + 5000 + random.nextInt(10_000);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> acknowledgements.get() >= killAt);
                broker.kill();
                int[] atLeast = snapshot();
                broker = BrokerProcess.start(directory, port, SETTINGS);
                verify(broker.bootstrapServers(), atLeast, "seed " + SEED + ", round " + round);
            }
        } finally {
            done = true;
            producer.join();
            broker.kill();
        }
    }

    private static void createTopic(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            NewTopic topic = new NewTopic(PARTITION.topic(), 1, (short) 1)
                    .configs(Map.of("cleanup.policy", "compact", "segment.ms", "20"));
            admin.createTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
        }
    }

    /** The values of each key count up. */
    private void produce(String bootstrapServers) {
        Map<String, Object> configs = Map.of("bootstrap.servers", bootstrapServers, "delivery.timeout.ms", 120_000);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; !done; i++) {
                int key = i % KEYS;
                int value = 1 + i / KEYS;
                producer.send(new ProducerRecord<>(PARTITION.topic(), "" + key, "" + value), (metadata, failure) -> {
                    if (failure == null) {
                        acknowledged.set(key, value);
                        acknowledgements.incrementAndGet();
                    }
                });
            }
            producer.close(Duration.ZERO);
        }
    }

    private int[] snapshot() {
        int[] values = new int[KEYS];
        for (int key = 0; key < KEYS; key++) {
            values[key] = acknowledged.get(key);
        }
        return values;
    }

    private static void verify(String bootstrapServers, int[] atLeast, String when) {
        int[] values = new int[KEYS];
        Map<String, Object> configs = Map.of("bootstrap.servers", bootstrapServers, "check.crcs", "true");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            while (consumer.position(PARTITION) < end) {
                for (ConsumerRecord<String, String> next : consumer.poll(Duration.ofMillis(100))) {
                    int key = Integer.parseInt(next.key());
                    int value = Integer.parseInt(next.value());
                    assertTrue(value > values[key], when + ": key " + key + " has " + value + " after " + values[key]);
                    values[key] = value;
                }
            }
        }
        for (int key = 0; key < KEYS; key++) {
            assertTrue(values[key] >= atLeast[key], when + ": key " + key + " ends at " + values[key]);
        }
    }
}
