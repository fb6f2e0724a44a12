package io.polestar.ops.streams;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.tests.SmokeTestClient;
import org.apache.kafka.streams.tests.SmokeTestDriver;
import org.apache.kafka.streams.tests.SmokeTestUtil.VerificationResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams with {@code exactly_once_v2}: exact results, whatever is killed in the middle. */
@Timeout(600)
class StreamsIT {
    private static final int LINES = Integer.getInteger("streams.lines", 700);
    private static final int SMOKE_SECONDS = Integer.getInteger("streams.smoke.seconds", 20);
    private static final int PARTITIONS = 2;

    @TempDir
    private Path data;

    @TempDir
    private Path state;

    private BrokerUnderTest broker;
    private final List<Process> instances = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        broker = new BrokerUnderTest(data);
    }

    @AfterEach
    void stop() throws Exception {
        instances.forEach(Process::destroyForcibly);
        broker.close();
    }

    private void create(String... topics) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(topics).stream()
                            .map(topic -> new NewTopic(topic, PARTITIONS, (short) 1))
                            .toList())
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private Process startInstance(String name) throws IOException {
        Process instance = Program.java(
                        WordCount.class.getName(),
                        broker.bootstrap(),
                        state.resolve(name).toString())
                .start();
        instances.add(instance);
        return instance;
    }

    @Test
    void shouldCountEveryWordOnceWhenInstanceAndBrokerAreKilledInTheMiddle() throws Exception {
        create(WordCount.LINES, WordCount.COUNTS);
        Random random = new Random(20261124);
        Map<String, Long> expected = new HashMap<>();
        produceLines(random, expected);
        Process first = startInstance("first");
        try (Counts counts = new Counts()) {
            await().atMost(120, TimeUnit.SECONDS).until(() -> counts.read() > 50);
            broker.crash();
            long before = counts.read();
            produceLines(random, expected); // what was there before may be counted already
            await().atMost(120, TimeUnit.SECONDS).until(() -> counts.read() > before);
            produceLines(random, expected);
            first.destroyForcibly().waitFor();
            startInstance("second");
            await().atMost(180, TimeUnit.SECONDS).untilAsserted(() -> assertEquals(expected, counts.latest()));
            assertEquals(List.of(), counts.repeated(), "each count of a word is committed once");
        }
    }

    private void produceLines(Random random, Map<String, Long> expected) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < LINES; i++) {
                List<String> words = new ArrayList<>();
                for (int w = 0; w < 5; w++) {
                    String word = "w" + random.nextInt(40);
                    words.add(word);
                    expected.merge(word, 1L, Long::sum);
                }
                producer.send(new ProducerRecord<>(WordCount.LINES, i % PARTITIONS, "k", String.join(" ", words)));
            }
        }
    }

    /** What a read_committed consumer sees of the counts. Used by the test's thread alone. */
    private final class Counts implements AutoCloseable {
        private final KafkaConsumer<String, Long> consumer;
        private final Map<String, Long> latest = new HashMap<>();
        private final List<String> repeated = new ArrayList<>();
        private long seen;

        Counts() {
            Map<String, Object> configs = Map.of(
                    "bootstrap.servers",
                    broker.bootstrap(),
                    "isolation.level",
                    "read_committed",
                    "enable.auto.commit",
                    false);
            consumer = new KafkaConsumer<>(configs, new StringDeserializer(), new LongDeserializer());
            List<TopicPartition> all =
                    List.of(new TopicPartition(WordCount.COUNTS, 0), new TopicPartition(WordCount.COUNTS, 1));
            consumer.assign(all);
            consumer.seekToBeginning(all);
        }

        long read() {
            for (ConsumerRecord<String, Long> record : consumer.poll(Duration.ofMillis(200))) {
                Long before = latest.put(record.key(), record.value());
                if (before != null && before >= record.value()) {
                    repeated.add(record.key() + " " + before + " then " + record.value());
                }
                seen++;
            }
            return seen;
        }

        Map<String, Long> latest() {
            read();
            return latest;
        }

        List<String> repeated() {
            return repeated;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /** Apache Kafka's own smoke test: many topologies at once, verified result by result. */
    @Test
    void shouldPassKafkasOwnSmokeTestWithInstancesThatComeAndGoAndABrokerThatIsKilled() throws Exception {
        create(SmokeTestDriver.topics());
        int maxRecordsPerKey = 300;
        CompletableFuture<Map<String, Set<Integer>>> generated = CompletableFuture.supplyAsync(() ->
                SmokeTestDriver.generate(broker.bootstrap(), 5, maxRecordsPerKey, Duration.ofSeconds(SMOKE_SECONDS)));
        SmokeTestClient first = smokeClient("first");
        await().atMost(120, TimeUnit.SECONDS).until(() -> committed("echo") > 50);
        SmokeTestClient second = smokeClient("second");
        first.close();
        broker.crash();
        long before = committed("echo");
        await().atMost(120, TimeUnit.SECONDS).until(() -> committed("echo") > before);
        SmokeTestClient third = smokeClient("third");
        Map<String, Set<Integer>> expected = generated.get(300, TimeUnit.SECONDS);
        VerificationResult result = SmokeTestDriver.verify(broker.bootstrap(), expected, maxRecordsPerKey, true);
        second.close();
        third.close();
        assertTrue(result.passed(), result.result());
    }

    private long committed(String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int p = 0; p < PARTITIONS; p++) {
            ends.put(new TopicPartition(topic, p), OffsetSpec.latest());
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            return admin
                    .listOffsets(ends, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        }
    }

    private SmokeTestClient smokeClient(String name) {
        Properties configs = new Properties();
        configs.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        configs.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        configs.put(StreamsConfig.STATE_DIR_CONFIG, state.resolve(name).toString());
        configs.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6_000);
        SmokeTestClient client = new SmokeTestClient(name);
        client.start(configs);
        return client;
    }
}
