package io.polestar.ops.clients;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.BrokerFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams with group.protocol=streams (KIP-1071): the broker makes the topics and assigns the tasks. */
@Timeout(180)
class StreamsGroupIT {
    private static final String APPLICATION = "word-count";
    private static final String LINES = "weather.words";
    private static final String COUNTS = "weather.counts";
    private static final int PARTITIONS = 4;

    @TempDir
    Path directory;

    @Test
    void shouldCountWordsWhenInstancesOfStreamsGroupComeAndGo() throws Exception {
        try (BrokerFixture broker =
                        BrokerFixture.builder(directory.resolve("data")).start();
                Admin admin = broker.admin();
                KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            admin.createTopics(List.of(
                            new NewTopic(LINES, PARTITIONS, (short) 1), new NewTopic(COUNTS, PARTITIONS, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            try (KafkaStreams first = start(broker, "first")) {
                send(producer, 100);
                awaitMembers(admin, 1);
                try (KafkaStreams second = start(broker, "second")) {
                    awaitMembers(admin, 2);
                    awaitTasks(admin);
                    send(producer, 100);
                }
                awaitMembers(admin, 1);
                send(producer, 100);
                awaitCounts(broker, Map.of("rain", 300L, "sun", 600L));
                assertTrue(internalTopics(admin)
                        .containsAll(Set.of("word-count-words-repartition", "word-count-counts-changelog")));
            }
        }
    }

    private KafkaStreams start(BrokerFixture broker, String instance) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
        properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.STREAMS.name());
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG, directory.resolve(instance).toString());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        KafkaStreams streams = new KafkaStreams(wordCount(), properties);
        streams.start();
        return streams;
    }

    private static Topology wordCount() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(LINES, Consumed.with(Serdes.String(), Serdes.String()))
                .flatMapValues(line -> List.of(line.split(" ")))
                .groupBy((key, word) -> word, Grouped.with("words", Serdes.String(), Serdes.String()))
                .count(Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("counts"))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.Long()))
                .toStream()
                .mapValues(String::valueOf)
                .to(COUNTS, Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    private static void send(KafkaProducer<String, String> producer, int lines) {
        for (int i = 0; i < lines; i++) {
            producer.send(new ProducerRecord<>(LINES, "line-" + i, "sun rain sun"));
        }
        producer.flush();
    }

    private static StreamsGroupDescription describe(Admin admin) throws Exception {
        return admin.describeStreamsGroups(List.of(APPLICATION))
                .describedGroups()
                .get(APPLICATION)
                .get(20, TimeUnit.SECONDS);
    }

    private static void awaitMembers(Admin admin, int count) {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            StreamsGroupDescription group = describe(admin);
            assertEquals(GroupState.STABLE, group.groupState());
            assertEquals(count, group.members().size());
        });
    }

    /** Each instance has its part of both subtopologies. */
    private static void awaitTasks(Admin admin) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            StreamsGroupDescription group = describe(admin);
            assertEquals(2, group.subtopologies().size());
            for (var member : group.members()) {
                int tasks = member.assignment().activeTasks().stream()
                        .mapToInt(task -> task.partitions().size())
                        .sum();
                assertEquals(PARTITIONS, tasks);
            }
        });
    }

    private static Set<String> internalTopics(Admin admin) throws Exception {
        return admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
                .filter(name -> name.startsWith(APPLICATION))
                .collect(Collectors.toSet());
    }

    private static void awaitCounts(BrokerFixture broker, Map<String, Long> expected) {
        Map<String, Long> counts = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            List<TopicPartition> all = consumer.partitionsFor(COUNTS).stream()
                    .map(info -> new TopicPartition(COUNTS, info.partition()))
                    .toList();
            consumer.assign(all);
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> counts.put(record.key(), Long.valueOf(record.value())));
                assertEquals(expected, counts);
            });
        }
    }
}
