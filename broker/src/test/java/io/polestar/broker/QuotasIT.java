package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.server.config.QuotaConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client quotas as they are set, described and kept, by stock clients. */
@Timeout(120)
class QuotasIT {
    private static final String TOPIC = "limited";
    private static final String ANONYMOUS = "ANONYMOUS";
    private static final String SMALL = "x".repeat(1_000);
    /** More than a window of {@link #LOW_RATE} by itself, however slowly it comes. */
    private static final String LARGE = "x".repeat(20_000);

    private static final double LOW_RATE = 5_000;
    private static final int RECORDS = 100;

    @TempDir
    Path directory;

    private BrokerFixture broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                // What may be taken at once is a quota's rate times the window: a short one, for short waits.
                .with(QuotaConfig.NUM_QUOTA_SAMPLES_CONFIG, 3)
                .start();
        admin = broker.admin();
        admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void shouldDescribeWhatWasSetAndForgetWhatWasRemovedAlsoAfterARestart() throws Exception {
        ClientQuotaEntity user = entity(Map.of(ClientQuotaEntity.USER, "ann"));
        ClientQuotaEntity everyClient = defaultOf(ClientQuotaEntity.CLIENT_ID);
        alter(user, Map.of("producer_byte_rate", 1000.0, "request_percentage", 12.5));
        alter(everyClient, Map.of("consumer_byte_rate", 2000.0));

        assertEquals(
                Map.of(
                        user, Map.of("producer_byte_rate", 1000.0, "request_percentage", 12.5),
                        everyClient, Map.of("consumer_byte_rate", 2000.0)),
                describe(ClientQuotaFilter.all()));
        assertEquals(
                List.of(user),
                List.copyOf(describe(ClientQuotaFilter.containsOnly(
                                List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, "ann"))))
                        .keySet()));

        alter(user, unset("producer_byte_rate"));
        admin.close();
        broker.close();
        broker = BrokerFixture.builder(directory).start();
        admin = broker.admin();
        assertEquals(
                Map.of("request_percentage", 12.5),
                describe(ClientQuotaFilter.all()).get(user));
    }

    @Test
    void shouldRefuseWhatIsNoQuota() {
        ClientQuotaEntity user = entity(Map.of(ClientQuotaEntity.USER, "ann"));
        assertRefused(user, Map.of("no_such_rate", 1.0));
        assertRefused(user, Map.of("producer_byte_rate", 0.0));
        assertRefused(user, Map.of("connection_creation_rate", 1.0));
        assertRefused(entity(Map.of("shoe-size", "44")), Map.of("producer_byte_rate", 1.0));
        assertRefused(
                entity(Map.of(ClientQuotaEntity.USER, "ann", ClientQuotaEntity.IP, "127.0.0.1")),
                Map.of("connection_creation_rate", 1.0));
    }

    private void assertRefused(ClientQuotaEntity entity, Map<String, Double> quotas) {
        ExecutionException refused = assertThrows(ExecutionException.class, () -> alter(entity, quotas));
        assertInstanceOf(InvalidRequestException.class, refused.getCause());
    }

    @Test
    void shouldThrottleAProducerOverItsQuotaAndNoOther() throws Exception {
        alter(entity(Map.of(ClientQuotaEntity.CLIENT_ID, "slow")), Map.of("producer_byte_rate", LOW_RATE));

        assertEquals(0, throttleOfSending("fast"));
        assertTrue(throttleOfSending("slow") > 0);
        assertTrue(throttles("produce") > 0);
    }

    @Test
    void shouldTakeTheUsersQuotaBeforeTheClientIdsAndGiveItUpWhenItIsRemoved() throws Exception {
        ClientQuotaEntity user = entity(Map.of(ClientQuotaEntity.USER, ANONYMOUS));
        alter(entity(Map.of(ClientQuotaEntity.CLIENT_ID, "p")), Map.of("producer_byte_rate", 1e9));
        alter(user, Map.of("producer_byte_rate", LOW_RATE));
        assertTrue(throttleOfSending("p") > 0);
        alter(user, unset("producer_byte_rate"));
        assertEquals(0, throttleOfSending("p"));
    }

    private double throttleOfSending(String clientId) throws Exception {
        try (KafkaProducer<String, String> producer = producer(clientId)) {
            producer.send(new ProducerRecord<>(TOPIC, LARGE)).get();
            return metric(producer.metrics(), "produce-throttle-time-max");
        }
    }

    @Test
    void shouldGiveAThrottledConsumerEveryRecord() throws Exception {
        try (KafkaProducer<String, String> producer = producer("p")) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(TOPIC, SMALL)).get();
            }
        }
        alter(defaultOf(ClientQuotaEntity.CLIENT_ID), Map.of("consumer_byte_rate", 4 * LOW_RATE));
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of("client.id", "c"))) {
            consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
            int[] seen = {0};
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> {
                seen[0] += consumer.poll(Duration.ofMillis(200)).count();
                return seen[0] == RECORDS
                        && (metric(consumer.metrics(), "fetch-throttle-time-max") > 0 || readAgain(consumer, seen));
            });
        }
        assertTrue(throttles("fetch") > 0);
    }

    @Test
    void shouldGiveAThrottledShareGroupEveryRecordForTheFirstTime() throws Exception {
        alter(defaultOf(ClientQuotaEntity.CLIENT_ID), Map.of("consumer_byte_rate", 4 * LOW_RATE));
        try (ShareGroup group = new ShareGroup(broker.bootstrapServers()).createTopic();
                KafkaShareConsumer<String, String> consumer = group.consumer(Map.of("client.id", "c"))) {
            Set<String> produced = new HashSet<>();
            List<ConsumerRecord<String, String>> seen = new ArrayList<>();
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> {
                if (seen.size() == produced.size() && throttles("fetch") == 0) {
                    produceTo(ShareGroup.TOPIC, produced);
                }
                consumer.poll(Duration.ofMillis(200)).forEach(seen::add);
                return throttles("fetch") > 0 && seen.size() >= produced.size();
            });
            assertEquals(produced.size(), seen.size());
            assertEquals(produced, seen.stream().map(ConsumerRecord::value).collect(Collectors.toSet()));
            assertTrue(seen.stream().allMatch(record -> record.deliveryCount().equals(Optional.of((short) 1))));
        }
    }

    private void produceTo(String topic, Set<String> produced) throws Exception {
        try (KafkaProducer<String, String> producer = producer("p")) {
            for (int i = 0; i < RECORDS; i++) {
                String value = produced.size() + SMALL;
                producer.send(new ProducerRecord<>(topic, value)).get();
                produced.add(value);
            }
        }
    }

    /** A machine may be so slow that it needs no throttling. */
    private static boolean readAgain(KafkaConsumer<String, String> consumer, int[] seen) {
        seen[0] = 0;
        consumer.seekToBeginning(consumer.assignment());
        return false;
    }

    @Test
    void shouldNotListenToAClientOverItsRequestQuota() throws Exception {
        alter(entity(Map.of(ClientQuotaEntity.CLIENT_ID, "wire")), Map.of("request_percentage", 0.001));
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            int throttleMs = 0;
            long askedNs = 0;
            for (int i = 0; i < 1000 && throttleMs == 0; i++) {
                askedNs = System.nanoTime();
                throttleMs = describeCluster(connection);
            }
            assertTrue(throttleMs > 0 && throttleMs <= 1000, "throttle time " + throttleMs);
            describeCluster(connection);
            long answeredMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - askedNs);
            assertTrue(answeredMs >= throttleMs, "answered after " + answeredMs + " of " + throttleMs + " ms");
        }
        assertTrue(throttles("request") > 0);
    }

    private static int describeCluster(WireConnection connection) throws IOException {
        return connection
                .call(
                        new DescribeClusterRequest(
                                new DescribeClusterRequestData(), ApiKeys.DESCRIBE_CLUSTER.latestVersion()),
                        DescribeClusterResponse.class)
                .throttleTimeMs();
    }

    @Test
    void shouldRefuseTopicsOverTheQuotaOfChanges() throws Exception {
        alter(entity(Map.of(ClientQuotaEntity.USER, ANONYMOUS)), Map.of("controller_mutation_rate", 1.0));
        CreateTopicsOptions atOnce = new CreateTopicsOptions().retryOnQuotaViolation(false);
        ExecutionException refused = assertThrows(ExecutionException.class, () -> {
            for (int i = 0; i < 50; i++) {
                admin.createTopics(List.of(new NewTopic("t" + i, 5, (short) 1)), atOnce)
                        .all()
                        .get();
            }
        });
        ThrottlingQuotaExceededException reason =
                assertInstanceOf(ThrottlingQuotaExceededException.class, refused.getCause());
        assertTrue(reason.throttleTimeMs() > 0);
    }

    @Test
    void shouldMakeNoMoreTopicsForWhoUsesThemThanTheQuotaOfChangesAllows() throws Exception {
        alter(entity(Map.of(ClientQuotaEntity.USER, ANONYMOUS)), Map.of("controller_mutation_rate", 1.0));
        List<String> wanted = IntStream.range(0, 60).mapToObj(i -> "used-" + i).toList();
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            connection.call(new MetadataRequest.Builder(wanted, true).build(), MetadataResponse.class);
        }
        int made = admin.listTopics().names().get().size() - 1;
        assertTrue(made > 0 && made < wanted.size(), made + " topics");
    }

    @Test
    void shouldCloseConnectionsThatAnAddressOpensTooFast() throws Exception {
        ClientQuotaEntity address = entity(Map.of(ClientQuotaEntity.IP, "127.0.0.1"));
        alter(address, Map.of("connection_creation_rate", 1.0));
        assertThrows(IOException.class, () -> {
            for (int i = 0; i < 50; i++) {
                connectOnce();
            }
        });
        alter(address, unset("connection_creation_rate"));
        connectOnce();
    }

    private void connectOnce() throws IOException {
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            ApiVersionsRequestData hello =
                    new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");
            connection.call(new ApiVersionsRequest(hello, (short) 3), ApiVersionsResponse.class);
        }
    }

    private KafkaProducer<String, String> producer(String clientId) {
        return broker.producer(Map.of(ProducerConfig.CLIENT_ID_CONFIG, clientId, ProducerConfig.LINGER_MS_CONFIG, 0));
    }

    private static double metric(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.entrySet().stream()
                .filter(each -> each.getKey().name().equals(name))
                .mapToDouble(each -> (double) each.getValue().metricValue())
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
    }

    private double throttles(String quota) throws Exception {
        return broker.sample("polestar_quota_throttle_seconds_count{quota=\"" + quota + "\"}");
    }

    private void alter(ClientQuotaEntity entity, Map<String, Double> quotas) throws Exception {
        List<ClientQuotaAlteration.Op> ops = quotas.entrySet().stream()
                .map(each -> new ClientQuotaAlteration.Op(each.getKey(), each.getValue()))
                .toList();
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, ops)))
                .all()
                .get();
    }

    private Map<ClientQuotaEntity, Map<String, Double>> describe(ClientQuotaFilter filter) throws Exception {
        return admin.describeClientQuotas(filter).entities().get();
    }

    private static ClientQuotaEntity entity(Map<String, String> entries) {
        return new ClientQuotaEntity(entries);
    }

    private static ClientQuotaEntity defaultOf(String type) {
        return new ClientQuotaEntity(unset(type, String.class));
    }

    private static Map<String, Double> unset(String quota) {
        return unset(quota, Double.class);
    }

    /** Map.of takes no null. */
    private static <T> Map<String, T> unset(String name, Class<T> type) {
        Map<String, T> unset = new HashMap<>();
        unset.put(name, null);
        return unset;
    }
}
