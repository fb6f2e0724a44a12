package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the guide that set quotas, settings and metrics subscriptions, with Apache Kafka's own tools. */
@Timeout(180)
class AdminToolsIT {
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

    @Test
    void shouldKeepQuotasWhenTheBrokerIsKilled() throws Exception {
        configs(
                        "--alter",
                        "--entity-type",
                        "clients",
                        "--entity-name",
                        "billing",
                        "--add-config",
                        "producer_byte_rate=1048576,request_percentage=50")
                .ok();
        configs("--alter", "--entity-type", "users", "--entity-default", "--add-config", "consumer_byte_rate=2097152")
                .ok();

        broker.crash();

        String ofClient = configs("--describe", "--entity-type", "clients").ok().out();
        assertTrue(ofClient.contains("producer_byte_rate=1048576.0"), ofClient);
        assertTrue(ofClient.contains("request_percentage=50.0"), ofClient);
        String ofUsers = configs("--describe", "--entity-type", "users").ok().out();
        assertTrue(ofUsers.contains("consumer_byte_rate=2097152.0"), ofUsers);
        assertFalse(ofUsers.contains("producer_byte_rate"), ofUsers);
    }

    @Test
    void shouldChangeTheSettingsOfARunningBroker() throws Exception {
        configs(
                        "--alter",
                        "--entity-type",
                        "brokers",
                        "--entity-default",
                        "--add-config",
                        "log.retention.ms=3600000,max.connections.per.ip=100")
                .ok();

        String set = configs("--describe", "--entity-type", "brokers", "--entity-default")
                .ok()
                .out();
        assertTrue(set.contains("log.retention.ms=3600000"), set);
        assertTrue(set.contains("max.connections.per.ip=100"), set);
    }

    @Test
    void shouldSubscribeToTheMetricsOfClients() throws Exception {
        String command = "org.apache.kafka.tools.ClientMetricsCommand";
        tool(
                        command,
                        "--alter",
                        "--name",
                        "producers",
                        "--metrics",
                        "org.apache.kafka.producer.",
                        "--interval",
                        "60000",
                        "--match",
                        "client_id=billing-.*")
                .ok();

        String described =
                tool(command, "--describe", "--name", "producers").ok().out();
        assertTrue(described.contains("interval.ms=60000"), described);
        assertTrue(described.contains("match=client_id=billing-.*"), described);
        tool(command, "--delete", "--name", "producers").ok();
        assertFalse(tool(command, "--list").ok().out().contains("producers"));
    }

    private static Outcome configs(String... args) throws Exception {
        return tool("kafka.admin.ConfigCommand", args);
    }

    private static Outcome tool(String mainClass, String... args) throws Exception {
        String[] broker = {"--bootstrap-server", AdminToolsIT.broker.bootstrap()};
        return Program.java(
                        mainClass,
                        Stream.concat(Arrays.stream(args), Arrays.stream(broker))
                                .toArray(String[]::new))
                .run();
    }
}
