package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs by which Apache Kafka's own system tests check a broker, each run in a JVM of its own. */
@Timeout(180)
class VerifyingToolsIT {
    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerUnderTest(data);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    private static Outcome tool(String name, String... args) throws Exception {
        return Program.java(TOOLS + name, withBroker(args)).run();
    }

    private static String[] withBroker(String... args) {
        return Stream.concat(Stream.of(args), Stream.of("--bootstrap-server", broker.bootstrap()))
                .toArray(String[]::new);
    }

    private static List<JsonNode> named(String name, List<String> printed) throws Exception {
        List<JsonNode> found = new ArrayList<>();
        for (String line : printed) {
            JsonNode event = line.startsWith("{") ? JSON.readTree(line) : JSON.nullNode();
            if (event.path("name").asText().equals(name)) {
                found.add(event);
            }
        }
        return found;
    }

    /** What the program has printed when it says it has consumed so many; it is ended then. */
    private static List<String> printedUntilConsumed(int wanted, String name, String... args) throws Exception {
        Process process = Program.java(TOOLS + name, withBroker(args)).start();
        try (BufferedReader out = process.inputReader()) {
            List<String> printed = new ArrayList<>();
            int consumed = 0;
            String line = out.readLine();
            while (line != null && consumed < wanted) {
                printed.add(line);
                for (JsonNode event : named("records_consumed", List.of(line))) {
                    consumed += event.path("count").asInt();
                }
                line = out.readLine();
            }
            assertEquals(wanted, consumed, () -> String.join("\n", printed));
            return printed;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void createTopic(String name) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
    }

    private static void produce(String topic, int messages) throws Exception {
        Outcome produced = tool("VerifiableProducer", "--topic", topic, "--max-messages", Integer.toString(messages))
                .ok();
        assertEquals(messages, named("producer_send_success", produced.lines()).size(), produced.out());
        assertEquals(0, named("producer_send_error", produced.lines()).size(), produced.out());
    }

    @Test
    void shouldAcknowledgeAndDeliverEveryMessageOfTheVerifiableClients() throws Exception {
        produce("verify.classic", 500);

        Outcome consumed = tool(
                        "VerifiableConsumer",
                        "--topic",
                        "verify.classic",
                        "--group-id",
                        "verifiers",
                        "--max-messages",
                        "500",
                        "--verbose",
                        "--reset-policy",
                        "earliest")
                .ok();

        List<Integer> values = named("record_data", consumed.lines()).stream()
                .map(event -> event.path("value").asInt())
                .toList();
        assertEquals(IntStream.range(0, 500).boxed().toList(), values);
        List<JsonNode> commits = named("offsets_committed", consumed.lines());
        assertTrue(commits.stream().allMatch(commit -> commit.path("success").asBoolean()), consumed.out());
        assertEquals(
                500,
                commits.get(commits.size() - 1)
                        .path("offsets")
                        .get(0)
                        .path("offset")
                        .asInt());
        assertEquals(1, named("partitions_assigned", consumed.lines()).size(), consumed.out());
        assertEquals(1, named("shutdown_complete", consumed.lines()).size(), consumed.out());
    }

    @Test
    void shouldDeliverToTheVerifiableConsumerOfTheNewProtocol() throws Exception {
        produce("verify.consumer", 200);

        Outcome consumed = tool(
                        "VerifiableConsumer",
                        "--topic",
                        "verify.consumer",
                        "--group-id",
                        "verifiers-new",
                        "--group-protocol",
                        "consumer",
                        "--group-remote-assignor",
                        "uniform",
                        "--max-messages",
                        "200",
                        "--reset-policy",
                        "earliest")
                .ok();

        int count = named("records_consumed", consumed.lines()).stream()
                .mapToInt(event -> event.path("count").asInt())
                .sum();
        assertEquals(200, count, consumed.out());
    }

    @Test
    void shouldDeliverToTheVerifiableShareConsumer() throws Exception {
        produce("verify.share", 200);

        List<String> printed = printedUntilConsumed(
                200,
                "VerifiableShareConsumer",
                "--topic",
                "verify.share",
                "--group-id",
                "sharing-verifiers",
                "--offset-reset-strategy",
                "earliest",
                "--acknowledgement-mode",
                "sync");

        assertEquals(1, named("offset_reset_strategy_set", printed).size(), String.join("\n", printed));
    }

    @Test
    void shouldDoAllThatTheClientCompatibilityTestAsks() throws Exception {
        createTopic("verify.compatibility");

        Outcome tested = tool(
                        "ClientCompatibilityTest",
                        "--topic",
                        "verify.compatibility",
                        "--offsets-for-times-supported",
                        "true",
                        "--cluster-id-supported",
                        "true",
                        "--expect-record-too-large-exception",
                        "false",
                        "--num-cluster-nodes",
                        "1",
                        "--create-topics-supported",
                        "true",
                        "--describe-acls-supported",
                        "true",
                        "--describe-configs-supported",
                        "true",
                        "--idempotent-producer-supported",
                        "true")
                .ok();

        assertTrue(tested.out().contains("SUCCESS."), tested.out());
    }

    @Test
    void shouldKeepTheLastValueOfEachKeyOfTheLogCompactionTester() throws Exception {
        Outcome tested = tool("LogCompactionTester", "--messages", "5000", "--percent-deletes", "20", "--sleep", "1")
                .ok();

        assertTrue(tested.out().contains("Data verification is completed"), tested.out());
    }

    @Test
    void shouldShowNoDifferenceToTheReplicaVerification() throws Exception {
        produce("verify.replicas", 100);
        Process process = Program.java(
                        TOOLS + "ReplicaVerificationTool",
                        "--broker-list",
                        broker.bootstrap(),
                        "--topics-include",
                        "verify.replicas",
                        "--report-interval-ms",
                        "200")
                .start();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.contains("max lag is")) {
                line = out.readLine();
            }
            assertTrue(line != null && line.contains("max lag is 0 for partition verify.replicas-0"), line);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
