package io.polestar.broker;

import static io.polestar.broker.ShareGroup.GROUP;
import static io.polestar.broker.ShareGroup.TOPIC;
import static io.polestar.broker.ShareGroup.acceptUntil;
import static io.polestar.broker.ShareGroup.poll;
import static io.polestar.broker.ShareGroup.values;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Share groups (KIP-932) as KafkaShareConsumer sees them. */
@Timeout(120)
class ShareGroupsIT {
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    @TempDir
    Path directory;

    private BrokerFixture broker;
    private ShareGroup group;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with("group.share.record.lock.duration.ms", 2_000)
                .with("group.share.min.record.lock.duration.ms", 1_000)
                .start();
        group = new ShareGroup(broker.bootstrapServers()).createTopic();
    }

    @AfterEach
    void stop() {
        group.close();
        broker.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void shouldDeliverOnceWhenConsumersAcknowledgeImplicitly() throws Exception {
        group.produce(0, 50);
        try (KafkaShareConsumer<String, String> consumer = group.implicit()) {
            Set<String> seen = new HashSet<>();
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> assertTrue(seen.add(record.value())));
                return seen.size() == 50;
            });
            consumer.commitSync();
        }
        group.produce(50, 51);
        try (KafkaShareConsumer<String, String> consumer = group.implicit()) {
            assertEquals(List.of("50"), values(poll(consumer)));
        }
    }

    @Test
    void shouldDeliverAgainWithCountWhenReleasedAndNeverWhenRejected() throws Exception {
        group.produce(0, 4);
        try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
            List<ConsumerRecord<String, String>> first = poll(consumer);
            assertEquals(List.of("0", "1", "2", "3"), values(first));
            assertEquals((short) 1, first.get(0).deliveryCount().orElseThrow());
            consumer.acknowledge(first.get(0), AcknowledgeType.ACCEPT);
            consumer.acknowledge(first.get(1), AcknowledgeType.RELEASE);
            consumer.acknowledge(first.get(2), AcknowledgeType.REJECT);
            consumer.acknowledge(first.get(3), AcknowledgeType.RELEASE);
            assertEquals(
                    0,
                    consumer.commitSync().values().stream()
                            .filter(failure -> failure.isPresent())
                            .count());

            List<ConsumerRecord<String, String>> again = acceptUntil(consumer, all -> all.size() == 2);
            assertEquals(List.of("1", "3"), values(again));
            assertEquals((short) 2, again.get(0).deliveryCount().orElseThrow());
            group.produce(4, 5);
            assertEquals(List.of("4"), values(poll(consumer).stream().toList()));
        }
    }

    @Test
    void shouldArchiveRecordWhenDeliveredAsOftenAsItMayBe() throws Exception {
        group.configure("share.delivery.count.limit", "2");
        group.produce(0, 1);
        try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
            for (int attempt = 1; attempt <= 2; attempt++) {
                ConsumerRecord<String, String> record = poll(consumer).get(0);
                assertEquals("0", record.value());
                assertEquals((short) attempt, record.deliveryCount().orElseThrow());
                consumer.acknowledge(record, AcknowledgeType.RELEASE);
                consumer.commitSync();
            }
            group.produce(1, 2);
            assertEquals(List.of("1"), values(acceptUntil(consumer, all -> !all.isEmpty())));
        }
    }

    @Test
    void shouldDeliverToOthersWhenTimeOfMemberIsOver() throws Exception {
        group.produce(0, 1);
        try (KafkaShareConsumer<String, String> slow = group.explicit();
                KafkaShareConsumer<String, String> other = group.explicit()) {
            ConsumerRecord<String, String> held = poll(slow).get(0);
            ConsumerRecord<String, String> again =
                    acceptUntil(other, all -> !all.isEmpty()).get(0);
            assertEquals("0", again.value());
            assertTrue(
                    again.deliveryCount().orElseThrow() > held.deliveryCount().orElseThrow());
        }
    }

    @Test
    void shouldKeepRecordWithMemberWhenItRenewsItsTime() throws Exception {
        group.produce(0, 1);
        try (KafkaShareConsumer<String, String> consumer = group.explicit();
                KafkaShareConsumer<String, String> other = group.explicit()) {
            ConsumerRecord<String, String> record = poll(consumer).get(0);
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(4); // twice the time that it has
            while (System.nanoTime() < untilNs) {
                consumer.acknowledge(record, AcknowledgeType.RENEW);
                consumer.commitSync();
                consumer.poll(Duration.ofMillis(200));
                assertTrue(other.poll(Duration.ofMillis(300)).isEmpty());
            }
            consumer.acknowledge(record, AcknowledgeType.ACCEPT);
            consumer.commitSync();
            group.produce(1, 2);
            assertEquals(List.of("1"), values(acceptUntil(other, all -> !all.isEmpty())));
        }
    }

    @Test
    void shouldShareOnePartitionWhenTwoConsumersReadIt() throws Exception {
        try (KafkaShareConsumer<String, String> one = group.consumer(Map.of(
                        "share.acknowledgement.mode",
                        "explicit",
                        "max.poll.records",
                        5,
                        "share.acquire.mode",
                        "record_limit"));
                KafkaShareConsumer<String, String> two = group.consumer(Map.of(
                        "share.acknowledgement.mode",
                        "explicit",
                        "max.poll.records",
                        5,
                        "share.acquire.mode",
                        "record_limit"))) {
            group.produce(0, 100);
            Set<String> seenByOne = new HashSet<>();
            Set<String> seenByTwo = new HashSet<>();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                take(one, seenByOne);
                take(two, seenByTwo);
                return seenByOne.size() + seenByTwo.size() >= 100;
            });
            assertFalse(seenByOne.isEmpty());
            assertFalse(seenByTwo.isEmpty());
            seenByOne.addAll(seenByTwo);
            assertEquals(Set.copyOf(numbers(0, 100)), seenByOne);
        }
    }

    private static void take(KafkaShareConsumer<String, String> consumer, Set<String> seen) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        assertTrue(records.size() <= 5);
        for (ConsumerRecord<String, String> record : records) {
            assertTrue(seen.add(record.value()));
            consumer.acknowledge(record, AcknowledgeType.ACCEPT);
        }
        consumer.commitSync();
    }

    @Test
    void shouldGiveBackWhatMemberHoldsWhenItLeaves() throws Exception {
        group.configure("share.record.lock.duration.ms", "60000");
        group.produce(0, 3);
        try (KafkaShareConsumer<String, String> other = group.explicit()) {
            try (KafkaShareConsumer<String, String> leaving = group.explicit()) {
                assertFalse(poll(leaving).isEmpty());
            }
            assertEquals(numbers(0, 3), values(acceptUntil(other, all -> all.size() == 3)));
        }
    }

    @Test
    void shouldStartAtTheEndWhenGroupIsNewAndNothingIsConfigured() throws Exception {
        group.configure("share.auto.offset.reset", "latest");
        group.produce(0, 3);
        try (KafkaShareConsumer<String, String> consumer = group.implicit()) {
            AtomicInteger next = new AtomicInteger(3);
            List<String> seen = new ArrayList<>();
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                group.produce(next.get(), next.incrementAndGet());
                consumer.poll(Duration.ofMillis(200)).forEach(record -> seen.add(record.value()));
                return !seen.isEmpty();
            });
            assertTrue(Integer.parseInt(seen.get(0)) >= 3);
        }
    }

    @Test
    void shouldSetAndShowAndDeleteOffsetsWhenAdministratorAsks() throws Exception {
        group.produce(0, 10);
        try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
            acceptUntil(consumer, all -> all.size() == 10);
            assertEquals(
                    GroupState.STABLE,
                    group.admin()
                            .describeShareGroups(List.of(GROUP))
                            .describedGroups()
                            .get(GROUP)
                            .get(20, TimeUnit.SECONDS)
                            .groupState());
        }
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() -> group.admin()
                        .alterShareGroupOffsets(GROUP, Map.of(PARTITION, 7L))
                        .all()
                        .get(20, TimeUnit.SECONDS));
        awaitStartOffset(7);
        try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
            assertEquals(numbers(7, 10), values(acceptUntil(consumer, all -> all.size() == 3)));
        }
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() -> group.admin()
                        .deleteShareGroupOffsets(GROUP, Set.of(TOPIC))
                        .all()
                        .get(20, TimeUnit.SECONDS));
        group.admin().deleteShareGroups(List.of(GROUP)).all().get(20, TimeUnit.SECONDS);
        assertTrue(group.admin().listGroups().all().get(20, TimeUnit.SECONDS).isEmpty());
    }

    /** Members come and go, accept, release, and keep records beyond their time: in the end each was accepted once. */
    @Test
    void shouldAcceptEachRecordOnceWhenManyMembersComeAndGo() throws Exception {
        int records = 5_000;
        group.configure("share.delivery.count.limit", "10");
        Map<String, Integer> accepted = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> members = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Random random = new Random(i);
                members.add(threads.submit(() -> {
                    while (accepted.size() < records) {
                        shareFor(5, random, accepted);
                    }
                }));
            }
            group.produce(0, records / 10);
            group.produceAtOnce(records / 10, records);
            for (Future<?> member : members) {
                member.get(100, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(Set.copyOf(numbers(0, records)), accepted.keySet());
        assertEquals(Set.of(1), Set.copyOf(accepted.values()));
    }

    private void shareFor(int rounds, Random random, Map<String, Integer> accepted) {
        try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
            for (int round = 0; round < rounds; round++) {
                List<ConsumerRecord<String, String>> taken = new ArrayList<>();
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    boolean accepts =
                            random.nextInt(10) > 0 || record.deliveryCount().orElseThrow() > 5;
                    consumer.acknowledge(record, accepts ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                    if (accepts) {
                        taken.add(record);
                    }
                }
                boolean done = consumer.commitSync().values().stream().allMatch(failure -> failure.isEmpty());
                if (done) {
                    taken.forEach(record -> accepted.merge(record.value(), 1, Integer::sum));
                }
            }
        }
    }

    @Test
    void shouldPassOverAbortedRecordsWhenGroupReadsCommitted() throws Exception {
        group.configure("share.isolation.level", "read_committed");
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", "gauge"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, "aborted")).get(20, TimeUnit.SECONDS);
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, "committed")).get(20, TimeUnit.SECONDS);
            producer.commitTransaction();
        }
        try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
            assertEquals(List.of("committed"), values(acceptUntil(consumer, all -> !all.isEmpty())));
            group.produce(0, 1);
            assertEquals(List.of("0"), values(acceptUntil(consumer, all -> !all.isEmpty())));
        }
    }

    private void awaitStartOffset(long offset) {
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> {
            SharePartitionOffsetInfo info = group.admin()
                    .listShareGroupOffsets(Map.of(GROUP, new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(GROUP)
                    .get(20, TimeUnit.SECONDS)
                    .get(PARTITION);
            assertEquals(offset, info.startOffset());
        });
    }
}
