package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's tools for what a cluster has of nodes, replicas, features and rights, on one node. */
@Timeout(180)
class ClusterToolsIT {
    private static final String TOPIC = "cluster.tools";

    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerUnderTest(data);
        tool("TopicCommand", "--create", "--topic", TOPIC, "--partitions", "2").ok();
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    /** Some tools end with their command, so that the broker's address comes first. */
    private static Outcome tool(String name, String... args) throws Exception {
        String[] all = Stream.concat(Stream.of("--bootstrap-server", broker.bootstrap()), Arrays.stream(args))
                .toArray(String[]::new);
        return Program.java("org.apache.kafka.tools." + name, all).run();
    }

    private static String everything(Outcome outcome) {
        return outcome.out() + outcome.err();
    }

    private Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void shouldTellTheQuorumOfOneVoter() throws Exception {
        String status =
                tool("MetadataQuorumCommand", "describe", "--status").ok().out();
        assertTrue(status.lines().anyMatch(line -> line.matches("LeaderId:\\s+1")), status);
        assertTrue(status.lines().anyMatch(line -> line.matches("MaxFollowerLag:\\s+0")), status);
        String replicas =
                tool("MetadataQuorumCommand", "describe", "--replication").ok().out();
        assertTrue(replicas.lines().anyMatch(line -> line.matches("1\\s.*\\sLeader\\s*")), replicas);
    }

    @Test
    void shouldDescribeFeaturesAndRefuseUnknownOnes() throws Exception {
        String features = tool("FeatureCommand", "describe").ok().out();
        for (String name : new String[] {"metadata.version", "group.version", "share.version", "transaction.version"}) {
            assertTrue(features.contains("Feature: " + name), features);
        }
        Outcome refused = tool("FeatureCommand", "upgrade", "--feature", "nonsense=1");
        assertEquals(1, refused.exitCode(), everything(refused));
        assertTrue(everything(refused).contains("nonsense"), everything(refused));
    }

    @Test
    void shouldReassignPartitionsToTheirOnlyBroker() throws Exception {
        Path topics = file("topics.json", "{\"version\":1,\"topics\":[{\"topic\":\"" + TOPIC + "\"}]}");
        String generated = tool(
                        "reassign.ReassignPartitionsCommand",
                        "--generate",
                        "--topics-to-move-json-file",
                        topics.toString(),
                        "--broker-list",
                        "1")
                .ok()
                .out();
        String proposed =
                generated.lines().filter(line -> line.startsWith("{")).toList().get(1);
        Path plan = file("plan.json", proposed);
        String started = tool(
                        "reassign.ReassignPartitionsCommand", "--execute", "--reassignment-json-file", plan.toString())
                .ok()
                .out();
        assertTrue(started.contains("Successfully started partition reassignments"), started);
        String verified = tool(
                        "reassign.ReassignPartitionsCommand", "--verify", "--reassignment-json-file", plan.toString())
                .ok()
                .out();
        assertTrue(verified.contains("Reassignment of partition " + TOPIC + "-0 is completed."), verified);
        String left = tool("reassign.ReassignPartitionsCommand", "--list").ok().out();
        assertTrue(left.contains("No partition reassignments found."), left);
    }

    @Test
    void shouldRefuseToReassignToABrokerThatIsNotThere() throws Exception {
        Path plan = file(
                "elsewhere.json",
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + TOPIC + "\",\"partition\":0,\"replicas\":[7]}]}");
        Outcome refused =
                tool("reassign.ReassignPartitionsCommand", "--execute", "--reassignment-json-file", plan.toString());
        assertEquals(1, refused.exitCode(), everything(refused));
        assertTrue(everything(refused).contains("Unknown broker id 7"), everything(refused));
    }

    @Test
    void shouldElectTheLeadersThatAreElectedAlready() throws Exception {
        String elected = tool("LeaderElectionCommand", "--election-type", "preferred", "--all-topic-partitions")
                .ok()
                .out();
        assertTrue(elected.isBlank() || elected.contains("Valid replica already elected"), elected);
    }

    @Test
    void shouldTellWhereItsPartitionsAreAndHowLarge() throws Exception {
        String described =
                tool("LogDirsCommand", "--describe", "--topic-list", TOPIC).ok().out();
        assertTrue(described.contains("\"partition\":\"" + TOPIC + "-1\""), described);
        assertTrue(described.contains("\"error\":null"), described);
    }

    @Test
    void shouldSayThatThereIsNoAuthorizer() throws Exception {
        Outcome refused = tool("AclCommand", "--list");
        assertTrue(everything(refused).contains("SecurityDisabledException"), everything(refused));
    }

    @Test
    void shouldSayThatDelegationTokensAreNotThere() throws Exception {
        Path config = file("client.properties", "");
        Outcome refused = tool("DelegationTokenCommand", "--describe", "--command-config", config.toString());
        assertTrue(
                everything(refused).contains("DelegationTokenDisabledException")
                        || everything(refused).contains("UnsupportedByAuthenticationException"),
                everything(refused));
    }

    @Test
    void shouldListStreamsGroupsAndSayWhichIsNotThere() throws Exception {
        tool("streams.StreamsGroupCommand", "--list").ok();
        Outcome absent = tool("streams.StreamsGroupCommand", "--describe", "--group", "cluster-nothing");
        assertTrue(everything(absent).contains("cluster-nothing"), everything(absent));
        assertTrue(everything(absent).contains("not found"), everything(absent));
    }
}
