package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Apache Kafka's own command-line tools, each run in a JVM of its own. */
@Timeout(180)
class KafkaToolsIT {
    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerUnderTest(data);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void shouldCreateListDescribeAlterAndDeleteTopics() throws Exception {
        topics("--create", "--topic", "tools.topic", "--partitions", "2", "--config", "retention.ms=3600000")
                .ok();
        assertTrue(topics("--list").ok().lines().contains("tools.topic"));

        topics("--alter", "--topic", "tools.topic", "--partitions", "4").ok();
        String described = topics("--describe", "--topic", "tools.topic").ok().out();
        assertTrue(described.contains("PartitionCount: 4"), described);
        assertTrue(described.contains("retention.ms=3600000"), described);
        assertTrue(described.contains("Leader: 1"), described);

        Outcome again = topics("--create", "--topic", "tools.topic");
        assertEquals(1, again.exitCode());
        assertTrue((again.out() + again.err()).contains("already exists"), again.out() + again.err());

        topics("--delete", "--topic", "tools.topic").ok();
        assertFalse(topics("--list").ok().lines().contains("tools.topic"));
        assertEquals(1, topics("--describe", "--topic", "tools.topic").exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldConsumeInOrderWhatWasProducedWithEveryCodec(String codec) throws Exception {
        String topic = "tools.codec." + codec;
        List<String> records =
                IntStream.range(0, 500).mapToObj(i -> "k" + i + ":value " + i).toList();

        produce(topic, String.join("\n", records) + "\n", "--compression-codec", codec);

        assertEquals(
                records,
                consume(topic, "--from-beginning", "--max-messages", "500").lines());
    }

    @Test
    void shouldKeepEverythingOnceAndInOrderWhenTheBrokerIsKilled() throws Exception {
        List<String> records = IntStream.range(0, 2_000).mapToObj(i -> "k:" + i).toList();
        produce("tools.crash", String.join("\n", records) + "\n", "--compression-codec", "zstd");

        broker.crash();

        produce("tools.crash", "k:after\n");
        List<String> replayed = consume("tools.crash", "--from-beginning", "--max-messages", "2001")
                .lines();
        assertEquals(records, replayed.subList(0, 2_000));
        assertEquals("k:after", replayed.get(2_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldDescribeResetAndDeleteAGroup(String protocol) throws Exception {
        String topic = "tools.group." + protocol;
        String group = "tools-" + protocol;
        produce(topic, "a:1\na:2\na:3\na:4\n");
        String[] asMember = {"--group", group, "--command-property", "group.protocol=" + protocol};
        assertEquals(
                List.of("a:1", "a:2", "a:3"),
                consume(topic, with(asMember, "--from-beginning", "--max-messages", "3"))
                        .lines());

        assertTrue(groups("--list").ok().lines().contains(group));
        assertEquals(List.of(topic, "0", "3", "4", "1"), describedGroup(group));

        groups("--group", group, "--topic", topic, "--reset-offsets", "--to-offset", "1", "--execute")
                .ok();
        assertEquals(List.of(topic, "0", "1", "4", "3"), describedGroup(group));
        assertEquals(
                List.of("a:2", "a:3", "a:4"),
                consume(topic, with(asMember, "--max-messages", "3")).lines());

        groups(
                        "--group",
                        group,
                        "--topic",
                        topic,
                        "--reset-offsets",
                        "--to-datetime",
                        "2000-01-01T00:00:00.000",
                        "--execute")
                .ok();
        assertEquals(List.of(topic, "0", "0", "4", "4"), describedGroup(group));

        groups("--group", group, "--topic", topic, "--delete-offsets").ok();
        groups("--delete", "--group", group).ok();
        assertFalse(groups("--list").ok().lines().contains(group));
    }

    @Test
    void shouldConsumeAndDescribeAndResetAndDeleteAShareGroup() throws Exception {
        produce("tools.share", "a:1\na:2\na:3\n");
        configs("--alter", "--group", "tools-share", "--add-config", "share.auto.offset.reset=earliest")
                .ok();
        assertEquals(
                List.of("1", "2", "3"),
                tool(
                                "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
                                "--topic",
                                "tools.share",
                                "--group",
                                "tools-share",
                                "--max-messages",
                                "3")
                        .ok()
                        .lines());

        assertTrue(shareGroups("--list").ok().lines().contains("tools-share"));
        String described =
                shareGroups("--describe", "--group", "tools-share").ok().out();
        assertTrue(described.contains("tools.share"), described);

        shareGroups("--group", "tools-share", "--topic", "tools.share", "--reset-offsets", "--to-earliest", "--execute")
                .ok();
        shareGroups("--group", "tools-share", "--topic", "tools.share", "--delete-offsets")
                .ok();
        shareGroups("--delete", "--group", "tools-share").ok();
        assertFalse(shareGroups("--list").ok().lines().contains("tools-share"));
    }

    private static Outcome shareGroups(String... args) throws Exception {
        return tool("org.apache.kafka.tools.consumer.group.ShareGroupCommand", args);
    }

    @Test
    void shouldKeepCommittedOffsetsWhenTheBrokerIsKilled() throws Exception {
        produce("tools.committed", "a:1\na:2\na:3\n");
        consume("tools.committed", "--group", "tools-committed", "--from-beginning", "--max-messages", "2");

        broker.crash();

        assertEquals(List.of("tools.committed", "0", "2", "3", "1"), describedGroup("tools-committed"));
    }

    @Test
    void shouldAlterAndDescribeConfigs() throws Exception {
        topics("--create", "--topic", "tools.config").ok();

        configs("--alter", "--topic", "tools.config", "--add-config", "retention.ms=1234567,cleanup.policy=compact")
                .ok();
        String set = configs("--describe", "--topic", "tools.config").ok().out();
        assertTrue(set.contains("retention.ms=1234567"), set);
        assertTrue(set.contains("cleanup.policy=compact"), set);

        configs("--alter", "--topic", "tools.config", "--delete-config", "cleanup.policy")
                .ok();
        assertFalse(configs("--describe", "--topic", "tools.config").ok().out().contains("cleanup.policy"));
        String all =
                configs("--describe", "--all", "--topic", "tools.config").ok().out();
        assertTrue(all.contains("segment.bytes=1073741824"), all);

        Outcome refused = configs("--alter", "--topic", "tools.config", "--add-config", "retention.ms=soon");
        assertNotEquals(0, refused.exitCode());
        assertTrue((refused.out() + refused.err()).contains("Invalid value soon"), refused.out() + refused.err());
    }

    @Test
    void shouldTellOffsetsByPlaceAndByTime() throws Exception {
        produce("tools.offsets", "a:1\na:2\na:3\n");
        long later = System.currentTimeMillis() + 3_600_000;

        assertEquals(List.of("tools.offsets:0:0"), offsets("tools.offsets", "earliest"));
        assertEquals(List.of("tools.offsets:0:3"), offsets("tools.offsets", "latest"));
        assertEquals(List.of("tools.offsets:0:0"), offsets("tools.offsets", "1000"));
        assertTrue(List.of(List.of(), List.of("tools.offsets:0:"))
                .contains(offsets("tools.offsets", Long.toString(later))));
    }

    @Test
    void shouldDeleteRecordsUpToAnOffset() throws Exception {
        produce("tools.delete", "a:1\na:2\na:3\n");
        Path request = Files.writeString(
                folder.resolve("delete.json"),
                "{\"partitions\":[{\"topic\":\"tools.delete\",\"partition\":0,\"offset\":2}],\"version\":1}");

        String deleted = Program.java(
                        "org.apache.kafka.tools.DeleteRecordsCommand",
                        "--bootstrap-server",
                        broker.bootstrap(),
                        "--offset-json-file",
                        request.toString())
                .run()
                .ok()
                .out();

        assertTrue(deleted.contains("low_watermark: 2"), deleted);
        assertEquals(List.of("tools.delete:0:2"), offsets("tools.delete", "earliest"));
        assertEquals(
                List.of("a:3"),
                consume("tools.delete", "--from-beginning", "--max-messages", "1")
                        .lines());
    }

    private static Outcome topics(String... args) throws Exception {
        return tool("org.apache.kafka.tools.TopicCommand", args);
    }

    private static Outcome groups(String... args) throws Exception {
        return tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", args);
    }

    private static Outcome configs(String... args) throws Exception {
        return tool("kafka.admin.ConfigCommand", args);
    }

    private static List<String> offsets(String topic, String time) throws Exception {
        return tool("org.apache.kafka.tools.GetOffsetShell", "--topic", topic, "--time", time)
                .ok()
                .lines();
    }

    private static void produce(String topic, String lines, String... args) throws Exception {
        String[] all = with(
                args,
                "--topic",
                topic,
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "key.separator=:",
                "--bootstrap-server",
                broker.bootstrap());
        Program.java("org.apache.kafka.tools.ConsoleProducer", all)
                .stdin(lines)
                .run()
                .ok();
    }

    private static Outcome consume(String topic, String... args) throws Exception {
        return tool(
                        "org.apache.kafka.tools.consumer.ConsoleConsumer",
                        with(
                                args,
                                "--topic",
                                topic,
                                "--timeout-ms",
                                "30000",
                                "--formatter-property",
                                "print.key=true",
                                "--formatter-property",
                                "key.separator=:"))
                .ok();
    }

    /** Topic, partition, committed offset, end offset and lag of a group that reads one partition. */
    private static List<String> describedGroup(String group) throws Exception {
        String row = groups("--describe", "--group", group).ok().lines().stream()
                .filter(line -> line.startsWith(group + " "))
                .findFirst()
                .orElseThrow();
        return List.of(row.split("\\s+")).subList(1, 6);
    }

    private static Outcome tool(String mainClass, String... args) throws Exception {
        return Program.java(mainClass, with(args, "--bootstrap-server", broker.bootstrap()))
                .run();
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
    }
}
