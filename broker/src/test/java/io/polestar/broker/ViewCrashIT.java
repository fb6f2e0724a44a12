package io.polestar.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers write to the sources of views while the broker is killed with -9 at random moments. At the end each view has
 * every record of its sources once, in the order of each source partition, and none that its filter refuses.
 * {@code -Dcrash.rounds=200} and {@code -Dcrash.seed=N} make it longer or other.
 */
@Timeout(3600)
class ViewCrashIT {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 8);
    private static final long SEED = Long.getLong("crash.seed", 20261124);
    private static final int PARTITIONS = 3;
    private static final List<String> TOPICS = List.of("weather.wind.london", "weather.rain.london");
    private static final String ALL = "all";
    private static final String FILTERED = "filtered";
    private static final String KEPT = "p1";

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final List<CountingProducer> producers = new ArrayList<>();

    @Test
    void shouldHoldEveryRecordOfItsSourcesOnceInOrderAfterKills() throws Exception {
        System.err.println("crash.seed=" + SEED + " crash.rounds=" + ROUNDS);
        BrokerProcess broker = BrokerProcess.start(directory);
        int port = broker.port();
        create(broker, TOPICS.get(0), PARTITIONS, Map.of());
        create(broker, ALL, 2, Map.of(ViewConfigs.PATTERN, "weather.>"));
        create(
                broker,
                FILTERED,
                1,
                Map.of(
                        ViewConfigs.PATTERN,
                        "weather.*.london",
                        ViewConfigs.WHERE_KEY,
                        KEPT,
                        ViewConfigs.SOURCE_HEADERS,
                        "false",
                        "segment.ms",
                        "500"));
        create(broker, TOPICS.get(1), PARTITIONS, Map.of("segment.ms", "500"));
        for (String topic : TOPICS) {
            for (int i = 0; i < 2; i++) {
                producers.add(CountingProducer.start("p" + i, topic, PARTITIONS, broker.bootstrapServers()));
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            CountingProducer one = producers.get(random.nextInt(producers.size()));
            one.awaitAcknowledged(one.acknowledged() + 1 + random.nextInt(1500));
            broker.kill();
            broker = BrokerProcess.start(directory, port);
        }
        for (CountingProducer producer : producers) {
            producer.awaitAcknowledged(producer.acknowledged() + 100);
            producer.finish();
        }
        check(broker);
        broker.kill();
        broker = BrokerProcess.start(directory, port);
        check(broker);
        broker.kill();
    }

    private static void create(BrokerProcess broker, String topic, int partitions, Map<String, String> configs)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private void check(BrokerProcess broker) {
        Map<String, List<String>> sources = new TreeMap<>();
        Map<String, List<String>> keptByTopic = new TreeMap<>();
        int all = 0;
        int kept = 0;
        for (String topic : TOPICS) {
            for (ConsumerRecord<String, String> record : read(broker, topic, PARTITIONS, 0)) {
                sources.computeIfAbsent(topic + "-" + record.partition(), none -> new ArrayList<>())
                        .add(record.offset() + "=" + text(record));
                all++;
                if (record.key().equals(KEPT)) {
                    kept++;
                    keptByTopic
                            .computeIfAbsent(text(record), none -> new ArrayList<>())
                            .add(topic);
                }
            }
        }
        assertTrue(kept > 0 && kept < all);
        Map<String, List<String>> shown = new TreeMap<>();
        for (ConsumerRecord<String, String> record : read(broker, ALL, 2, all)) {
            String source = header(record, "topic") + "-" + header(record, "partition");
            shown.computeIfAbsent(source, none -> new ArrayList<>()).add(header(record, "offset") + "=" + text(record));
        }
        assertEquals(sources, shown);

        Map<String, Integer> times = new HashMap<>();
        List<ConsumerRecord<String, String>> filtered = read(broker, FILTERED, 1, kept);
        for (int i = 0; i < filtered.size(); i++) {
            assertEquals(i, filtered.get(i).offset());
            times.merge(text(filtered.get(i)), 1, Integer::sum);
        }
        keptByTopic.forEach((text, topics) -> assertEquals(topics.size(), times.remove(text), text));
        assertEquals(Map.of(), times);
    }

    private static String text(ConsumerRecord<String, String> record) {
        return record.key() + ":" + record.value();
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader("polestar.source." + name).value(), UTF_8);
    }

    /** All records, at least so many. */
    private static List<ConsumerRecord<String, String>> read(
            BrokerProcess broker, String topic, int partitions, int atLeast) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        List<TopicPartition> assigned = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            assigned.add(new TopicPartition(topic, i));
        }
        Map<String, Object> configs = Map.of("bootstrap.servers", broker.bootstrapServers(), "check.crcs", "true");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(assigned);
            consumer.seekToBeginning(assigned);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return records.size() >= atLeast && atEnd(consumer, assigned);
            });
        }
        return records;
    }

    private static boolean atEnd(KafkaConsumer<String, String> consumer, List<TopicPartition> partitions) {
        return consumer.endOffsets(partitions).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
