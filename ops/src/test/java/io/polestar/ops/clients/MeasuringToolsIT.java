package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's tools that measure a broker or look at it, each run in a JVM of its own. */
@Timeout(180)
class MeasuringToolsIT {
    private static final String PERFORMANCE = "measure.performance";

    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerUnderTest(data);
        Outcome produced = tool(
                        "ProducerPerformance",
                        "--topic",
                        PERFORMANCE,
                        "--num-records",
                        "2000",
                        "--record-size",
                        "100",
                        "--throughput",
                        "-1",
                        "--command-property",
                        "acks=all")
                .ok();
        assertTrue(produced.out().contains("2000 records sent"), produced.out());
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    private static Outcome tool(String name, String... args) throws Exception {
        String[] all = Stream.concat(Stream.of(args), Stream.of("--bootstrap-server", broker.bootstrap()))
                .toArray(String[]::new);
        return Program.java("org.apache.kafka.tools." + name, all).run();
    }

    /** The column of a printed table, found by its title. */
    private static String column(List<String> lines, String title) {
        List<String> titles = List.of(lines.get(0).split(", "));
        return lines.get(1).split(", ")[titles.indexOf(title)];
    }

    @Test
    void shouldMeasureATransactionalProducer() throws Exception {
        Outcome produced = tool(
                        "ProducerPerformance",
                        "--topic",
                        "measure.transactions",
                        "--num-records",
                        "500",
                        "--record-size",
                        "100",
                        "--throughput",
                        "-1",
                        "--transactional-id",
                        "measured",
                        "--transaction-duration-ms",
                        "50")
                .ok();
        assertTrue(produced.out().contains("500 records sent"), produced.out());
    }

    @Test
    void shouldMeasureAConsumerOfAllThatWasProduced() throws Exception {
        Outcome consumed = tool("ConsumerPerformance", "--topic", PERFORMANCE, "--num-records", "2000")
                .ok();
        assertEquals("2000", column(consumed.lines(), "data.consumed.in.nMsg"));
    }

    @Test
    void shouldMeasureConsumersOfAShareGroup() throws Exception {
        Program.java(
                        "kafka.admin.ConfigCommand",
                        "--bootstrap-server",
                        broker.bootstrap(),
                        "--alter",
                        "--group",
                        "measured-share",
                        "--add-config",
                        "share.auto.offset.reset=earliest")
                .run()
                .ok();
        Outcome consumed = tool(
                        "ShareConsumerPerformance",
                        "--topic",
                        PERFORMANCE,
                        "--group",
                        "measured-share",
                        "--num-records",
                        "2000",
                        "--threads",
                        "2")
                .ok();
        assertFalse(consumed.out().contains("WARNING"), consumed.out());
        int count = Integer.parseInt(column(consumed.lines(), "data.consumed.in.nMsg"));
        assertTrue(count >= 2_000, consumed.out());
    }

    @Test
    void shouldMeasureTheWayFromProducerToConsumer() throws Exception {
        Outcome measured = tool(
                        "EndToEndLatency",
                        "--topic",
                        "measure.latency",
                        "--num-records",
                        "100",
                        "--producer-acks",
                        "all",
                        "--record-size",
                        "100",
                        "--num-headers",
                        "1",
                        "--record-header-key-size",
                        "5",
                        "--record-header-size",
                        "10")
                .ok();
        assertTrue(measured.out().contains("Percentiles: 50th = "), measured.out());
    }

    @Test
    void shouldTellTheClusterItsIdAndItsEndpoints() throws Exception {
        String id = Program.java(
                        "org.apache.kafka.tools.ClusterTool", "cluster-id", "--bootstrap-server", broker.bootstrap())
                .run()
                .ok()
                .out();
        assertTrue(id.startsWith("Cluster ID: "), id);

        String endpoints = Program.java(
                        "org.apache.kafka.tools.ClusterTool",
                        "list-endpoints",
                        "--bootstrap-server",
                        broker.bootstrap())
                .run()
                .ok()
                .out();
        String host = broker.bootstrap().substring(0, broker.bootstrap().lastIndexOf(':'));
        assertTrue(endpoints.lines().anyMatch(line -> line.startsWith("1 ") && line.contains(host)), endpoints);
    }

    @Test
    void shouldTellTheVersionsOfItsApis() throws Exception {
        String versions = tool("BrokerApiVersionsCommand").ok().out();
        assertTrue(versions.startsWith(broker.bootstrap() + " (id: 1 rack: null isFenced: false) -> ("), versions);
        assertTrue(versions.lines().anyMatch(line -> line.matches("\\s+Produce\\(0\\): 0 to \\d+ \\[usable: \\d+],")));
        assertTrue(
                versions.lines()
                        .filter(line -> line.contains("UNSUPPORTED"))
                        .noneMatch(line -> line.contains("Fetch(1)") || line.contains("OffsetFetch")),
                versions);
    }

    @Test
    void shouldListGroupsOfEveryKind() throws Exception {
        tool("ConsumerPerformance", "--topic", PERFORMANCE, "--num-records", "10", "--group", "measured-group")
                .ok();
        String groups = tool("GroupsCommand", "--list").ok().out();
        assertTrue(groups.lines().anyMatch(line -> line.matches("measured-group\\s+Classic\\s+consumer\\s*")), groups);
    }

    @Test
    void shouldCreateDescribeAndDeleteASubscriptionToClientMetrics() throws Exception {
        tool(
                        "ClientMetricsCommand",
                        "--alter",
                        "--name",
                        "measured",
                        "--metrics",
                        "org.apache.kafka.producer.",
                        "--interval",
                        "10000",
                        "--match",
                        "client_software_name=apache-kafka-java")
                .ok();
        String described = tool("ClientMetricsCommand", "--describe", "--name", "measured")
                .ok()
                .out();
        assertTrue(described.contains("interval.ms=10000"), described);
        tool("ClientMetricsCommand", "--delete", "--name", "measured").ok();
        assertFalse(
                tool("ClientMetricsCommand", "--list").ok().lines().contains("measured"),
                "its name is not listed any more");
    }

    @Test
    void shouldResetTheOffsetsOfAStreamsApplication() throws Exception {
        tool("ConsumerPerformance", "--topic", PERFORMANCE, "--num-records", "2000", "--group", "measured-app")
                .ok();
        String reset = tool(
                        "StreamsResetter",
                        "--application-id",
                        "measured-app",
                        "--input-topics",
                        PERFORMANCE,
                        "--to-offset",
                        "7")
                .ok()
                .out();
        assertTrue(reset.contains("Topic: " + PERFORMANCE + " Partition: 0 Offset: 7"), reset);
        String offsets = tool("consumer.group.ConsumerGroupCommand", "--describe", "--group", "measured-app")
                .ok()
                .out();
        assertTrue(
                offsets.lines()
                        .anyMatch(line -> line.matches("measured-app\\s+" + PERFORMANCE + "\\s+0\\s+7\\s+2000.*")),
                offsets);
    }
}
