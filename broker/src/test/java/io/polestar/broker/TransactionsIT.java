package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions as stock clients make and see them, under each {@code transaction.version}. */
@Timeout(120)
class TransactionsIT {
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 0);

    @TempDir
    Path directory;

    private BrokerFixture broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        startBroker();
        admin.createTopics(List.of(new NewTopic("a", 1, (short) 1), new NewTopic("b", 1, (short) 1)))
                .all()
                .get();
    }

    private void startBroker() {
        startBroker(TransactionStateManagerConfig.TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT);
    }

    private void startBroker(int idExpirationMs) {
        startBroker(idExpirationMs, Map.of());
    }

    private void startBroker(int idExpirationMs, Map<String, String> more) {
        BrokerFixture.Builder builder = BrokerFixture.builder(directory)
                .with(
                        TransactionStateManagerConfig
                                .TRANSACTIONS_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS_CONFIG,
                        100)
                .with(
                        TransactionStateManagerConfig
                                .TRANSACTIONS_REMOVE_EXPIRED_TRANSACTIONAL_ID_CLEANUP_INTERVAL_MS_CONFIG,
                        200)
                .with(TransactionStateManagerConfig.TRANSACTIONAL_ID_EXPIRATION_MS_CONFIG, idExpirationMs)
                .with(TransactionLogConfig.TRANSACTIONS_TOPIC_PARTITIONS_CONFIG, 3);
        more.forEach(builder::with);
        broker = builder.start();
        admin = broker.admin();
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    private void restart() {
        stop();
        startBroker();
    }

    private void useVersion(int level) throws Exception {
        FeatureUpdate.UpgradeType type =
                level == 2 ? FeatureUpdate.UpgradeType.UPGRADE : FeatureUpdate.UpgradeType.SAFE_DOWNGRADE;
        if (level != 2) {
            admin.updateFeatures(
                            Map.of("transaction.version", new FeatureUpdate((short) level, type)),
                            new UpdateFeaturesOptions())
                    .all()
                    .get();
        }
        assertEquals(
                level,
                admin.describeFeatures()
                        .featureMetadata()
                        .get()
                        .finalizedFeatures()
                        .getOrDefault("transaction.version", new FinalizedVersionRange((short) 0, (short) 0))
                        .maxVersionLevel());
    }

    private KafkaProducer<String, String> producer(String transactionalId, Map<String, ?> more) {
        Map<String, Object> configs = new HashMap<>(more);
        configs.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        return broker.producer(configs);
    }

    private KafkaProducer<String, String> producer(String transactionalId) {
        KafkaProducer<String, String> producer = producer(transactionalId, Map.of());
        producer.initTransactions();
        return producer;
    }

    private static void send(KafkaProducer<String, String> producer, String topic, String... values) {
        for (String value : values) {
            producer.send(new ProducerRecord<>(topic, 0, "k", value));
        }
    }

    private List<String> committed(TopicPartition partition) {
        return read(partition, "read_committed");
    }

    private List<String> read(TopicPartition partition, String isolation) {
        try (KafkaConsumer<String, String> consumer =
                broker.consumer(Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation))) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<String> values = new ArrayList<>();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }

    private long lastStableOffset(TopicPartition partition) throws Exception {
        return admin.listOffsets(
                        Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldShowCommittedRecordsAloneAcrossPartitionsAndRestarts(int version) throws Exception {
        useVersion(version);
        try (KafkaProducer<String, String> producer = producer("t")) {
            producer.beginTransaction();
            send(producer, "a", "1", "2");
            send(producer, "b", "x");
            producer.flush();
            assertEquals(0, lastStableOffset(A));
            assertEquals(List.of(), committed(A));
            assertEquals(List.of("1", "2"), read(A, "read_uncommitted"));
            producer.commitTransaction();
            await().untilAsserted(() -> assertEquals(List.of("1", "2"), committed(A)));
            await().untilAsserted(() -> assertEquals(List.of("x"), committed(B)));

            for (int i = 0; i < 5; i++) {
                producer.beginTransaction();
                send(producer, "a", "aborted " + i);
                producer.flush();
                producer.abortTransaction();
                producer.beginTransaction();
                send(producer, "a", "kept " + i);
                producer.commitTransaction();
            }
        }
        List<String> expected = new ArrayList<>(List.of("1", "2"));
        IntStream.range(0, 5).forEach(i -> expected.add("kept " + i));
        await().untilAsserted(() -> assertEquals(expected, committed(A)));
        assertEquals(12, read(A, "read_uncommitted").size());
        restart();
        assertEquals(expected, committed(A));
        assertEquals(List.of("x"), committed(B));
    }

    /** The first batch of each transaction waits for the disk before it is appended; those behind it must not overtake. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldKeepTheOrderOfAConnectionWhileTheCoordinatorWaitsForTheDisk(int version) throws Exception {
        useVersion(version);
        stop();
        startBroker(
                TransactionStateManagerConfig.TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT,
                Map.of(PolestarTopicConfigs.DURABILITY, "sync"));
        List<String> sent = new ArrayList<>();
        Map<String, Object> oneByOne =
                Map.of(ProducerConfig.BATCH_SIZE_CONFIG, 0, ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        try (KafkaProducer<String, String> producer = producer("t", oneByOne)) {
            producer.initTransactions();
            for (int i = 0; i < 20; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 10; j++) {
                    send(producer, "a", i + "." + j);
                    sent.add(i + "." + j);
                }
                producer.commitTransaction();
            }
        }
        await().untilAsserted(() -> assertEquals(sent, committed(A)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldFenceTheProducerBeforeAndAbortItsTransaction(int version) throws Exception {
        useVersion(version);
        try (KafkaProducer<String, String> first = producer("t")) {
            first.beginTransaction();
            send(first, "a", "lost");
            first.flush();
            try (KafkaProducer<String, String> second = producer("t")) {
                assertEquals(List.of(), committed(A));
                assertEquals(lastStableOffset(A), 2);
                second.beginTransaction();
                send(second, "a", "kept");
                Exception refused = assertThrows(
                        ExecutionException.class,
                        () -> first.send(new ProducerRecord<>("a", "zombie")).get());
                assertEquals(
                        InvalidProducerEpochException.class, refused.getCause().getClass());
                assertThrows(InvalidProducerEpochException.class, first::commitTransaction);
                assertThrows(ProducerFencedException.class, first::abortTransaction);
                second.commitTransaction();
            }
        }
        await().untilAsserted(() -> assertEquals(List.of("kept"), committed(A)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldCommitOffsetsWithTheTransactionAndForgetThemWithIt(int version) throws Exception {
        useVersion(version);
        try (KafkaProducer<String, String> producer = producer("t");
                KafkaConsumer<String, String> consumer = broker.consumer(
                        Map.of(ConsumerConfig.GROUP_ID_CONFIG, "g", ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false))) {
            consumer.assign(List.of(A));
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(A, new OffsetAndMetadata(5)), consumer.groupMetadata());
            producer.abortTransaction();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(A, new OffsetAndMetadata(7)), consumer.groupMetadata());
            send(producer, "b", "with it");
            producer.commitTransaction();
            await().untilAsserted(() ->
                    assertEquals(7, consumer.committed(Set.of(A)).get(A).offset()));
        }
        restart();
        assertEquals(
                7,
                admin.listConsumerGroupOffsets("g")
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(A)
                        .offset());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldAbortATransactionThatLastsLongerThanItsTimeout(int version) throws Exception {
        useVersion(version);
        try (KafkaProducer<String, String> producer =
                producer("t", Map.of(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 500))) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "a", "late");
            producer.flush();
            assertEquals(0, lastStableOffset(A));
            await().untilAsserted(() -> assertEquals(2, lastStableOffset(A)));
            // From version 2 on the epoch alone does not tell it from a client that repeats its commit.
            Class<? extends KafkaException> told =
                    version == 2 ? InvalidTxnStateException.class : ProducerFencedException.class;
            assertThrows(told, producer::commitTransaction);
        }
        assertEquals(List.of(), committed(A));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldDescribeTransactionsAndTheirProducers(int version) throws Exception {
        useVersion(version);
        try (KafkaProducer<String, String> producer = producer("t");
                KafkaProducer<String, String> idle = producer("idle")) {
            producer.beginTransaction();
            send(producer, "a", "1", "2");
            producer.flush();
            TransactionDescription description =
                    admin.describeTransactions(List.of("t")).description("t").get();
            assertEquals(TransactionState.ONGOING, description.state());
            assertEquals(Set.of(A), description.topicPartitions());
            assertEquals(60_000, description.transactionTimeoutMs());
            ProducerState state = admin.describeProducers(List.of(A))
                    .partitionResult(A)
                    .get()
                    .activeProducers()
                    .get(0);
            assertEquals(description.producerId(), state.producerId());
            assertEquals(0, state.currentTransactionStartOffset().orElseThrow());
            assertEquals(1, state.lastSequence());
            assertEquals(2, admin.listTransactions().all().get().size());
            assertEquals(
                    List.of("t"), ids(new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING))));
            assertEquals(
                    List.of("t"),
                    ids(new ListTransactionsOptions().filterProducerIds(List.of(description.producerId()))));
            assertEquals(List.of("idle"), ids(new ListTransactionsOptions().filterOnTransactionalIdPattern("id.*")));
            assertEquals(
                    List.of(),
                    ids(new ListTransactionsOptions()
                            .filterOnDuration(100_000)
                            .filterStates(List.of(TransactionState.ONGOING))));
            producer.commitTransaction();
            await().untilAsserted(() -> assertEquals(
                    TransactionState.COMPLETE_COMMIT,
                    admin.describeTransactions(List.of("t"))
                            .description("t")
                            .get()
                            .state()));
        }
    }

    @Test
    void shouldEndEveryTransactionWhenTheyFollowEachOtherWithoutAPause() throws Exception {
        try (KafkaProducer<String, String> producer = producer("fast")) {
            for (int round = 0; round < 200; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 20; i++) {
                    send(producer, i % 2 == 0 ? "a" : "b", "value " + i);
                }
                if (round % 3 == 0) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
    }

    @Test
    void shouldCountWhatBecomesOfTransactions() throws Exception {
        stop();
        startBroker(
                TransactionStateManagerConfig.TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT,
                Map.of(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0"));
        try (KafkaProducer<String, String> producer = producer("t");
                KafkaProducer<String, String> late =
                        producer("late", Map.of(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 300))) {
            producer.beginTransaction();
            send(producer, "a", "1");
            producer.commitTransaction();
            late.initTransactions();
            late.beginTransaction();
            send(late, "a", "2");
            late.flush();
            for (String line : List.of(
                    "polestar_transactions_ended_seconds_count{result=\"commit\"} 1",
                    "polestar_transactions_ended_seconds_count{result=\"abort\"} 1",
                    "polestar_transactions_timed_out_total 1.0",
                    "polestar_transactional_ids{state=\"complete_commit\"} 1.0",
                    "polestar_transactional_ids{state=\"complete_abort\"} 1.0",
                    "polestar_partitions_late_transactions 0.0")) {
                await().untilAsserted(() -> assertTrue(metrics().contains(line), line));
            }
        }
    }

    private String metrics() throws Exception {
        URI address =
                URI.create("http://127.0.0.1:" + broker.broker().httpPort().orElseThrow() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void shouldRemoveTransactionalIdsThatNobodyUsesForGood() throws Exception {
        producer("t").close();
        stop();
        startBroker(500);
        await().untilAsserted(() -> assertEquals(List.of(), ids(new ListTransactionsOptions())));
        restart();
        assertEquals(List.of(), ids(new ListTransactionsOptions()));
        producer("t").close();
        assertEquals(List.of("t"), ids(new ListTransactionsOptions()));
    }

    private List<String> ids(ListTransactionsOptions options) throws Exception {
        return admin.listTransactions(options).all().get().stream()
                .map(TransactionListing::transactionalId)
                .toList();
    }
}
