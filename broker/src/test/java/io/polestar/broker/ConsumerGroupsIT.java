package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ConsumerGroupsIT {
    private static final String TOPIC = "weather.wind.seattle";
    private static final String GROUP = "weather";
    private static final int PARTITIONS = 4;

    @TempDir
    Path directory;

    private BrokerFixture broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory).start();
        admin = broker.admin();
        createTopic(TOPIC);
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ZERO);
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldShareThePartitionsAndTakeThemOverWhenOneLeaves(String protocol) throws Exception {
        try (KafkaConsumer<String, String> first = consumer(protocol)) {
            first.subscribe(List.of(TOPIC));
            awaitAssigned(PARTITIONS, first);
            Set<String> seen = new TreeSet<>();
            try (KafkaConsumer<String, String> second = consumer(protocol)) {
                second.subscribe(List.of(TOPIC));
                await().until(() -> {
                    poll(first);
                    poll(second);
                    return first.assignment().size() == 2 && second.assignment().size() == 2;
                });
                produce(0, 100);
                await().until(() -> {
                    seen.addAll(poll(first));
                    seen.addAll(poll(second));
                    return seen.size() == 100;
                });
                assertEquals(
                        PARTITIONS,
                        union(first.assignment(), second.assignment()).size());
            }
            awaitAssigned(PARTITIONS, first);
            produce(100, 200);
            await().until(() -> {
                seen.addAll(poll(first));
                return seen.size() == 200;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldGoOnWhereItCommittedAfterTheBrokerRestarted(String protocol) throws Exception {
        produce(0, 100);
        try (KafkaConsumer<String, String> consumer = consumer(protocol)) {
            consumer.subscribe(List.of(TOPIC));
            assertEquals(100, pollUntil(consumer, 100).size());
            consumer.commitSync();

            restart();

            produce(100, 150);
            List<String> after = pollUntil(consumer, 50);
            assertEquals(
                    IntStream.range(100, 150).mapToObj(i -> "v" + i).collect(Collectors.toSet()), Set.copyOf(after));
            assertEquals(50, after.size(), "nothing twice");
            consumer.commitSync();
        }
        assertEquals(
                150,
                committed().values().stream()
                        .mapToLong(OffsetAndMetadata::offset)
                        .sum());
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldReplayWhenSoughtBackAndKeepWhatWasCommitted(String protocol) throws Exception {
        produce(0, 40);
        try (KafkaConsumer<String, String> consumer = consumer(protocol)) {
            consumer.subscribe(List.of(TOPIC));
            pollUntil(consumer, 40);
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3, "three")));

            consumer.seekToBeginning(consumer.assignment());

            assertEquals(40, pollUntil(consumer, 40).size());
            OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
            assertEquals(3, committed.offset());
            assertEquals("three", committed.metadata());
        }
    }

    @Test
    void shouldFollowNewTopicsWhenClassicConsumerSubscribesByPattern() throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer("classic")) {
            consumer.subscribe(Pattern.compile("weather\\..*"));
            awaitAssigned(PARTITIONS, consumer);

            createTopic("weather.wind.new-york");

            awaitAssigned(2 * PARTITIONS, consumer);
        }
    }

    @Test
    void shouldFollowNewTopicsWhenConsumerSubscribesByPatternOfTheBroker() throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer("consumer")) {
            consumer.subscribe(new SubscriptionPattern("weather\\..*"));
            awaitAssigned(PARTITIONS, consumer);

            createTopic("weather.wind.new-york");

            awaitAssigned(2 * PARTITIONS, consumer);
        }
    }

    /** Kafka's internal topics are matched by the broker, and not by the client: so it is in Apache Kafka. */
    @Test
    void shouldNotMatchTheLedgersTopicWhenPatternsMatchEverything() throws Exception {
        createTopic("__polestar_ledger");
        try (KafkaConsumer<String, String> byBroker = consumer("consumer", Map.of("group.id", "by-broker"));
                KafkaConsumer<String, String> byClient = consumer("classic", Map.of("group.id", "by-client"))) {
            byBroker.subscribe(new SubscriptionPattern(".*(weather|polestar).*"));
            awaitAssigned(PARTITIONS, byBroker);
            byClient.subscribe(Pattern.compile(".*"));
            awaitAssigned(PARTITIONS, byClient);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldShowAndChangeGroupsThroughAdmin(String protocol) throws Exception {
        produce(0, 40);
        try (KafkaConsumer<String, String> consumer = consumer(protocol)) {
            consumer.subscribe(List.of(TOPIC));
            pollUntil(consumer, 40);
            consumer.commitSync();
            ConsumerGroupDescription live = describe();
            assertEquals(GroupState.STABLE, live.groupState());
            assertEquals(1, live.members().size());
            assertEquals(
                    PARTITIONS,
                    live.members()
                            .iterator()
                            .next()
                            .assignment()
                            .topicPartitions()
                            .size());
        }
        GroupListing listed = admin.listGroups().all().get(10, TimeUnit.SECONDS).stream()
                .filter(group -> group.groupId().equals(GROUP))
                .findFirst()
                .orElseThrow();
        assertEquals(protocol, listed.type().orElseThrow().toString().toLowerCase(Locale.ROOT));
        assertEquals(GroupState.EMPTY, describe().groupState());

        TopicPartition partition = new TopicPartition(TOPIC, 1);
        admin.alterConsumerGroupOffsets(GROUP, Map.of(partition, new OffsetAndMetadata(2)))
                .all()
                .get(10, TimeUnit.SECONDS);
        assertEquals(2, committed().get(partition).offset());
        admin.deleteConsumerGroupOffsets(GROUP, Set.of(partition)).all().get(10, TimeUnit.SECONDS);
        assertFalse(committed().containsKey(partition));
        admin.deleteConsumerGroups(List.of(GROUP)).all().get(10, TimeUnit.SECONDS);
        assertTrue(admin.listGroups().all().get(10, TimeUnit.SECONDS).isEmpty());
    }

    /** A static member that comes back has what it had, and nobody else notices. */
    @Test
    void shouldNotRebalanceWhenStaticMemberIsRestarted() throws Exception {
        try (KafkaConsumer<String, String> stays = consumer("classic", Map.of("group.instance.id", "a"))) {
            stays.subscribe(List.of(TOPIC));
            Set<TopicPartition> had;
            try (KafkaConsumer<String, String> restarts = consumer("classic", Map.of("group.instance.id", "b"))) {
                restarts.subscribe(List.of(TOPIC));
                awaitShared(stays, restarts);
                had = restarts.assignment();
            }
            Set<TopicPartition> kept = stays.assignment();
            AtomicInteger revocations = new AtomicInteger();
            stays.subscribe(List.of(TOPIC), new Revocations(revocations));
            try (KafkaConsumer<String, String> restarted = consumer("classic", Map.of("group.instance.id", "b"))) {
                restarted.subscribe(List.of(TOPIC));
                await().until(() -> {
                    poll(stays);
                    poll(restarted);
                    return restarted.assignment().equals(had);
                });
                assertEquals(kept, stays.assignment());
                assertEquals(0, revocations.get());
            }
        }
    }

    private record Revocations(AtomicInteger count) implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            count.addAndGet(partitions.size());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }

    @Test
    void shouldKeepReadingWhenCooperativeMembersAreReplacedOneByOne() throws Exception {
        Map<String, Object> cooperative =
                Map.of("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        Set<String> seen = new TreeSet<>();
        KafkaConsumer<String, String> one = consumer("classic", cooperative);
        KafkaConsumer<String, String> other = consumer("classic", cooperative);
        try {
            one.subscribe(List.of(TOPIC));
            other.subscribe(List.of(TOPIC));
            for (int round = 0; round < 3; round++) {
                awaitShared(one, other);
                produce(round * 100, round * 100 + 100);
                int wanted = round * 100 + 100;
                KafkaConsumer<String, String> a = one;
                KafkaConsumer<String, String> b = other;
                await().until(() -> {
                    seen.addAll(poll(a));
                    seen.addAll(poll(b));
                    return seen.size() == wanted;
                });
                a.commitSync();
                b.commitSync();
                one.close();
                one = other;
                other = consumer("classic", cooperative);
                other.subscribe(List.of(TOPIC));
            }
        } finally {
            one.close();
            other.close();
        }
    }

    /** Consumers of both protocols are in the group at the same time. */
    @Test
    void shouldChangeTheProtocolOfARunningGroupThereAndBack() throws Exception {
        KafkaConsumer<String, String> classic = consumer("classic");
        KafkaConsumer<String, String> modern = consumer("consumer");
        try {
            classic.subscribe(List.of(TOPIC));
            awaitAssigned(PARTITIONS, classic);
            modern.subscribe(List.of(TOPIC));
            awaitShared(classic, modern);
            assertEquals(GroupType.CONSUMER, describe().type());

            classic.close();
            awaitAssigned(PARTITIONS, modern);
            classic = consumer("classic");
            classic.subscribe(List.of(TOPIC));
            awaitShared(classic, modern);

            modern.close();
            awaitAssigned(PARTITIONS, classic);
            assertEquals(GroupType.CLASSIC, describe().type());
        } finally {
            classic.close();
            modern.close();
        }
    }

    private static void awaitShared(KafkaConsumer<String, String> one, KafkaConsumer<String, String> other) {
        await().until(() -> {
            poll(one);
            poll(other);
            return one.assignment().size() == 2
                    && other.assignment().size() == 2
                    && union(one.assignment(), other.assignment()).size() == PARTITIONS;
        });
    }

    private void createTopic(String name) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)))
                .all()
                .get(20, TimeUnit.SECONDS);
    }

    private void restart() {
        int port = broker.broker().listeners().get(0).port();
        broker.close();
        broker = BrokerFixture.builder(directory)
                .with("listeners", "PLAINTEXT://127.0.0.1:" + port)
                .start();
    }

    private KafkaConsumer<String, String> consumer(String protocol) {
        return consumer(protocol, Map.of());
    }

    private KafkaConsumer<String, String> consumer(String protocol, Map<String, Object> more) {
        Map<String, Object> configs = new HashMap<>(Map.of(
                "group.id",
                GROUP,
                "group.protocol",
                protocol,
                "enable.auto.commit",
                false,
                "metadata.max.age.ms",
                500));
        if (protocol.equals("classic")) {
            configs.put("heartbeat.interval.ms", 200);
        }
        configs.putAll(more);
        return broker.consumer(configs);
    }

    private void produce(int from, int to) throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, "v" + i));
            }
        }
    }

    /** On this thread, because a consumer belongs to one. */
    private static ConditionFactory await() {
        return Awaitility.with()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .await()
                .atMost(30, TimeUnit.SECONDS);
    }

    private static List<String> poll(KafkaConsumer<String, String> consumer) {
        List<String> values = new ArrayList<>();
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
            values.add(record.value());
        }
        return values;
    }

    private static List<String> pollUntil(KafkaConsumer<String, String> consumer, int count) {
        List<String> values = new ArrayList<>();
        await().until(() -> {
            values.addAll(poll(consumer));
            return values.size() >= count;
        });
        return values;
    }

    private static void awaitAssigned(int partitions, KafkaConsumer<String, String> consumer) {
        await().until(() -> {
            poll(consumer);
            return consumer.assignment().size() == partitions;
        });
    }

    private static Set<TopicPartition> union(Set<TopicPartition> one, Set<TopicPartition> other) {
        List<TopicPartition> all = new ArrayList<>(one);
        all.addAll(other);
        return Set.copyOf(all);
    }

    private ConsumerGroupDescription describe() throws Exception {
        return admin.describeConsumerGroups(List.of(GROUP))
                .all()
                .get(10, TimeUnit.SECONDS)
                .get(GROUP);
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() throws Exception {
        return admin.listConsumerGroupOffsets(GROUP)
                .partitionsToOffsetAndMetadata()
                .get(10, TimeUnit.SECONDS);
    }
}
