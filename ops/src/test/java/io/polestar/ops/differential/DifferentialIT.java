package io.polestar.ops.differential;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.BrokerFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same words to Apache Kafka and to Polestar, and their answers field by field. With {@code -Ddifferential.all=true} more
 * requests are made at random; {@code -Ddifferential.seed=N} chooses others, {@code -Ddifferential.scenario=REGEX} some of
 * the scenarios. A machine that is busy makes one of them tell of a change later than the other: without {@code all}, a
 * scenario with a difference is played once more, and the first difference is printed.
 */
@Timeout(600)
class DifferentialIT {
    private static final long SEED = Long.getLong("differential.seed", 1);
    private static final int TIMES = Boolean.getBoolean("differential.all") ? 10 : 1;
    private static final String CHOSEN = System.getProperty("differential.scenario", ".*");

    /** What is not the same by default, and what keeps the comparison short. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("group.consumer.heartbeat.interval.ms", "500"),
            Map.entry("group.consumer.min.heartbeat.interval.ms", "100"),
            Map.entry("group.consumer.assignment.interval.ms", "0"),
            Map.entry("group.share.heartbeat.interval.ms", "500"),
            Map.entry("group.share.min.heartbeat.interval.ms", "100"),
            Map.entry("group.share.assignment.interval.ms", "0"),
            Map.entry("group.streams.heartbeat.interval.ms", "500"),
            Map.entry("group.streams.min.heartbeat.interval.ms", "100"),
            Map.entry("group.streams.assignment.interval.ms", "0"),
            Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
            Map.entry("group.min.session.timeout.ms", "1000"),
            // Members that were left behind must not leave while groups are listed.
            Map.entry("group.consumer.session.timeout.ms", "600000"),
            Map.entry("group.consumer.max.session.timeout.ms", "600000"),
            Map.entry("group.share.session.timeout.ms", "600000"),
            Map.entry("group.share.max.session.timeout.ms", "600000"),
            Map.entry("group.streams.session.timeout.ms", "600000"),
            Map.entry("group.streams.max.session.timeout.ms", "600000"),
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.num.partitions", "4"),
            Map.entry("num.partitions", "2"),
            Map.entry("fetch.max.bytes", "2000000"));

    @TempDir
    static Path directory;

    private static KafkaProcess kafka;
    private static BrokerFixture polestar;
    private static int kafkaPort;
    private static ExecutorService players;

    @BeforeAll
    static void start() throws Exception {
        players = Executors.newSingleThreadExecutor();
        kafkaPort = freePort();
        kafka = new KafkaProcess(directory.resolve("kafka"), kafkaPort, freePort(), SETTINGS);
        BrokerFixture.Builder builder = BrokerFixture.builder(directory.resolve("polestar"));
        SETTINGS.forEach(builder::with);
        polestar = builder.start();
        await("Apache Kafka").atMost(Duration.ofMinutes(2)).until(() -> {
            assertTrue(kafka.isAlive(), "it ended: see its server.log");
            return listens(kafkaPort);
        });
    }

    @AfterAll
    static void stop() throws Exception {
        players.shutdownNow();
        polestar.close();
        kafka.close();
    }

    @TestFactory
    Stream<DynamicTest> shouldAnswerAsKafka() {
        System.out.println("seed " + SEED);
        Coverage coverage = new Coverage();
        Stream<DynamicTest> scenarios = Scenarios.all(SEED, TIMES).stream()
                .filter(scenario -> scenario.name().matches(CHOSEN))
                .map(scenario -> DynamicTest.dynamicTest(scenario.name(), () -> compare(scenario, coverage)));
        DynamicTest everything = DynamicTest.dynamicTest("every API in every version", () -> requireAll(coverage));
        return CHOSEN.equals(".*") ? Stream.concat(scenarios, Stream.of(everything)) : scenarios;
    }

    private static void compare(Scenario scenario, Coverage coverage) throws Exception {
        String differences = differences(scenario, coverage);
        if (!differences.isEmpty() && TIMES == 1) {
            System.out.println("differs, and is played once more: " + scenario.name() + ": " + differences);
            differences = differences(scenario, coverage);
        }
        assertEquals("", differences, "step and fields: Kafka / Polestar");
    }

    /** Both are asked at the same time: what takes long are the waits. */
    private static String differences(Scenario scenario, Coverage coverage) throws Exception {
        long startNs = System.nanoTime();
        CompletableFuture<Transcript> ofKafka = CompletableFuture.supplyAsync(() -> play(scenario, kafkaPort), players);
        Transcript actual = play(scenario, polestarPort());
        Transcript expected = ofKafka.join();
        System.out.printf(
                "%-30s %5d steps %6d ms%n",
                scenario.name(), expected.entries().size(), (System.nanoTime() - startNs) / 1_000_000);
        coverage.add(expected);
        return Comparison.compare(scenario.name(), expected, actual).stream()
                .filter(difference -> !KnownDifferences.cover(difference))
                .map(difference -> difference.step() + " " + difference.fields())
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static Transcript play(Scenario scenario, int port) {
        try (Session session = new Session(port)) {
            scenario.script().play(session);
            return session.transcript();
        } catch (Exception e) {
            throw new IllegalStateException("port " + port, e);
        }
    }

    private static void requireAll(Coverage coverage) {
        System.out.println(coverage);
        Map<ApiKeys, List<Short>> missing = new TreeMap<>();
        try (Session session = new Session(polestarPort())) {
            ApiVersionsRequestData request = new ApiVersionsRequestData()
                    .setClientSoftwareName("differential")
                    .setClientSoftwareVersion("1");
            session.prepare(ApiKeys.API_VERSIONS, request, ApiVersionsResponseData.class).apiKeys().stream()
                    .map(version -> ApiKeys.forId(version.apiKey()))
                    .filter(key -> !coverage.missing(key).isEmpty())
                    .forEach(key -> missing.put(key, coverage.missing(key)));
        }
        assertEquals(Map.of(), missing);
    }

    private static int polestarPort() {
        return polestar.broker().listeners().get(0).port();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
