package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Broker configs that are changed while the broker runs, and hold at once. */
@Timeout(60)
class DynamicConfigsIT {
    private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final ConfigResource NODE = new ConfigResource(ConfigResource.Type.BROKER, "1");
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    Path directory;

    private BrokerFixture broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .with(TransactionLogConfig.PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS_CONFIG, 100)
                .start();
        admin = broker.admin();
        admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                .all()
                .get();
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void shouldCompactWithAsManyThreadsAsAreAllowedNow() throws Exception {
        assertEquals(1, broker.sample("polestar_log_cleaner_threads"));
        set(CLUSTER, "log.cleaner.threads", "2");
        assertEquals(2, broker.sample("polestar_log_cleaner_threads"));
        set(NODE, "log.cleaner.backoff.ms", "10");
        delete(CLUSTER, "log.cleaner.threads");
        await().untilAsserted(() -> assertEquals(1, broker.sample("polestar_log_cleaner_threads")));
    }

    @Test
    void shouldFreeTheDiskOfADeletedTopicAfterTheDelay() throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), "v")).get();
        }
        Path trash = directory.resolve(".trash");
        admin.deleteTopics(List.of(PARTITION.topic())).all().get();
        await().until(() -> Files.exists(trash) && count(trash) == 1);

        set(CLUSTER, "log.segment.delete.delay.ms", "0");
        admin.createTopics(List.of(new NewTopic("u", 1, (short) 1))).all().get();
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>("u", "v")).get();
        }
        admin.deleteTopics(List.of("u")).all().get();
        await().until(() -> !Files.exists(directory.resolve("u-0")) && count(trash) == 1);
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void shouldRefuseConnectionsOfAnAddressOverTheNewLimit() throws Exception {
        set(CLUSTER, "max.connections.per.ip", "1");
        assertThrows(IOException.class, this::connect);
        set(CLUSTER, "max.connections.per.ip.overrides", "127.0.0.1:50");
        connect().close();
        delete(CLUSTER, "max.connections.per.ip.overrides");
        assertThrows(IOException.class, this::connect);
        delete(CLUSTER, "max.connections.per.ip");
        connect().close();
    }

    @Test
    void shouldCloseConnectionsOverTheNewLimitThoseFirstThatWereSilentLongest() throws Exception {
        List<WireConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                connections.add(connect());
            }
            set(NODE, "max.connections", "5");
            await().untilAsserted(() -> assertEquals(5, broker.sample("polestar_connections ")));
            assertThrows(IOException.class, () -> hello(connections.get(0)));
        } finally {
            for (WireConnection each : connections) {
                each.close();
            }
        }
    }

    @Test
    void shouldAcceptNoMoreConnectionsThanAListenerMayHave() throws Exception {
        connect().close();
        set(NODE, "listener.name.plaintext.max.connections", "1");
        CompletableFuture<WireConnection> waiting = CompletableFuture.supplyAsync(this::connectUnchecked);
        await().during(Duration.ofMillis(200)).until(() -> !waiting.isDone());
        delete(NODE, "listener.name.plaintext.max.connections");
        waiting.get(20, TimeUnit.SECONDS).close();
    }

    private WireConnection connectUnchecked() {
        try {
            return connect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps what happens to the one of its kind. */
    public static final class NotedReporter implements MetricsReporter {
        private static final AtomicInteger RUNNING = new AtomicInteger();
        private static volatile int metricsAtItsStart;

        @Override
        public void init(List<KafkaMetric> metrics) {
            metricsAtItsStart = metrics.size();
            RUNNING.incrementAndGet();
        }

        @Override
        public void metricChange(KafkaMetric metric) {}

        @Override
        public void metricRemoval(KafkaMetric metric) {}

        @Override
        public void close() {
            RUNNING.decrementAndGet();
        }

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    @Test
    void shouldStartAndEndMetricsReportersAsTheyAreNamed() throws Exception {
        set(CLUSTER, "metric.reporters", NotedReporter.class.getName());
        await().untilAsserted(() -> assertEquals(1, NotedReporter.RUNNING.get()));
        assertTrue(NotedReporter.metricsAtItsStart > 0);
        assertRefused(CLUSTER, "metric.reporters", "no.such.Reporter");
        delete(CLUSTER, "metric.reporters");
        await().untilAsserted(() -> assertEquals(0, NotedReporter.RUNNING.get()));
    }

    @Test
    void shouldForgetProducersAfterTheNewTime() throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), "x")).get();
        }
        assertEquals(1, producers());
        set(CLUSTER, "producer.id.expiration.ms", "1");
        await().untilAsserted(() -> assertEquals(0, producers()));
    }

    private int producers() throws Exception {
        return admin.describeProducers(List.of(PARTITION))
                .partitionResult(PARTITION)
                .get()
                .activeProducers()
                .size();
    }

    @Test
    void shouldRefuseRecordsOverTheNewSize() throws Exception {
        set(CLUSTER, "message.max.bytes", "300");
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>(PARTITION.topic(), "x".repeat(400)))
                            .get());
            assertInstanceOf(RecordTooLargeException.class, refused.getCause());
        }
    }

    @Test
    void shouldRefuseWhatARunningBrokerCannotBecome() {
        assertRefused(CLUSTER, "log.cleaner.threads", "3");
        assertRefused(CLUSTER, "log.cleaner.threads", "0");
        assertRefused(NODE, "num.io.threads", "1000");
        assertRefused(NODE, "log.cleaner.dedupe.buffer.size", "1");
        assertRefused(NODE, "num.network.threads", "1000");
        assertRefused(CLUSTER, "max.connections", "0");
        assertRefused(CLUSTER, "max.connections.per.ip", "0");
        assertRefused(CLUSTER, "log.retention.ms", "0");
        assertRefused(NODE, "cordoned.log.dirs", "/nonsense");
        assertRefused(CLUSTER, "group.consumer.assignment.interval.ms", "999999");
        assertRefused(CLUSTER, "max.connections.per.ip.overrides", "127.0.0.1:many");
    }

    private void assertRefused(ConfigResource resource, String name, String value) {
        assertInstanceOf(
                InvalidRequestException.class,
                assertThrows(ExecutionException.class, () -> set(resource, name, value))
                        .getCause());
    }

    private WireConnection connect() throws IOException {
        WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port());
        try {
            hello(connection);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private static void hello(WireConnection connection) throws IOException {
        ApiVersionsRequestData hello =
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");
        connection.call(new ApiVersionsRequest(hello, (short) 3), ApiVersionsResponse.class);
    }

    private void set(ConfigResource resource, String name, String value) throws Exception {
        alter(resource, new AlterConfigOp(new ConfigEntry(name, value), OpType.SET));
    }

    private void delete(ConfigResource resource, String name) throws Exception {
        alter(resource, new AlterConfigOp(new ConfigEntry(name, ""), OpType.DELETE));
    }

    private void alter(ConfigResource resource, AlterConfigOp change) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
    }
}
