package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.ops.BrokerUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs against a broker, their text and their JSON. */
@Timeout(120)
class ClientVerbsIT {
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

    @Test
    void shouldCreateDescribeAlterListAndDeleteATopic() throws Exception {
        JsonNode created = json("topic", "create", "verbs.topic", "--partitions", "2", "--config", "retention.ms=60000")
                .get(0);
        assertEquals(2, created.get("partitions").asInt());
        assertTrue(created.get("created").asBoolean());

        verb(
                        "topic",
                        "alter",
                        "verbs.topic",
                        "--partitions",
                        "3",
                        "--config",
                        "segment.bytes=2000000",
                        "--delete-config",
                        "retention.ms")
                .ok();
        JsonNode described = json("topic", "describe", "verbs.topic").get(0);
        assertEquals(created.get("topicId"), described.get("topicId"));
        assertEquals("{\"segment.bytes\":\"2000000\"}", described.get("configs").toString());
        assertEquals(
                "{\"partition\":2,\"leader\":1,\"replicas\":[1],\"isr\":[1],\"firstOffset\":0,\"endOffset\":0,\"durableOffset\":null,\"allocatedBytes\":null}",
                described.get("partitions").get(2).toString());

        assertTrue(verb("topic", "list").ok().out().contains("verbs.topic"));
        verb("topic", "delete", "verbs.topic").ok();
        assertFailed("topic verbs.topic", verb("topic", "describe", "verbs.topic"));
    }

    @Test
    void shouldCreateListDescribeAndDeleteAView() throws Exception {
        verb("topic", "create", "verbs.view.source").ok();
        JsonNode created = json(
                        "view",
                        "create",
                        "verbs-view",
                        "--pattern",
                        "verbs.view.*",
                        "--where",
                        "header.unit=C",
                        "--where",
                        "header.site",
                        "--where-key",
                        "k",
                        "--source-headers",
                        "off",
                        "--backfill")
                .get(0);
        assertEquals("verbs.view.*", created.get("pattern").asText());
        assertEquals(
                "[{\"view\":\"verbs-view\",\"pattern\":\"verbs.view.*\",\"where\":\"header.unit=C,header.site\",\"whereKey\":\"k\",\"sourceHeaders\":false,\"backfill\":true}]",
                json("view", "list").toString());
        JsonNode described = json("view", "describe", "verbs-view").get(0);
        assertEquals(1, described.get("matchingTopics").asInt());
        assertEquals(0, described.get("endOffset").asInt());

        assertFailed("no view", verb("view", "delete", "verbs.view.source"));
        assertFailed("read-only", verb("produce", "verbs-view", "value"));
        verb("view", "delete", "verbs-view").ok();
        assertEquals("[]", json("view", "list").toString());
    }

    @Test
    void shouldCreateNothingWhenItIsADryRun() {
        verb("topic", "create", "verbs.dry", "--dry-run").ok();

        assertFailed("topic verbs.dry", verb("topic", "describe", "verbs.dry"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"topic delete verbs.none", "consume verbs.none --from beginning", "group describe verbs.none"})
    void shouldEndWithOneAndNameItWhenItDoesNotExist(String line) {
        assertFailed("verbs.none", verb(line.split(" ")));
    }

    @Test
    void shouldPrintWhereEachRecordWasStoredAndReadItBackFromAnyPlace() throws Exception {
        assertEquals(
                "verbs.records-0@0\n",
                verb("produce", "verbs.records", "first", "--header", "unit=C")
                        .ok()
                        .out());
        InProcess lines = InProcess.runReading(
                "k1:second\nk2:third\n",
                "produce",
                "verbs.records",
                "--key-separator",
                ":",
                "--compression",
                "zstd",
                "--bootstrap",
                broker.bootstrap());
        assertEquals("verbs.records-0@1\nverbs.records-0@2\n", lines.ok().out());

        assertEquals(
                "0 =first unit=C\n1 k1=second \n2 k2=third \n",
                consumed("verbs.records", "--from", "beginning", "--format", "%o %k=%s %h"));
        assertEquals("third\n", consumed("verbs.records", "--from", "2"));
        assertEquals("first\nsecond\n", consumed("verbs.records", "--from", "2020-01-01", "--max", "2"));
        assertEquals("", consumed("verbs.records", "--from", "end"));
        JsonNode second =
                json("consume", "verbs.records", "--from", "1", "--max", "1").get(0);
        assertEquals("k1", second.get("key").asText());
        assertEquals("second", second.get("value").asText());
    }

    @Test
    void shouldReadEveryTopicThatAPatternMatches() {
        verb("produce", "sky.temperature.paris", "1").ok();
        verb("produce", "sky.wind.paris", "2").ok();
        verb("produce", "sky.wind.rome", "3").ok();

        assertEquals("1\n2\n", sorted(consumed("--pattern", "sky.*.paris", "--from", "beginning")));
        assertEquals("2\n3\n", sorted(consumed("--pattern", "sky.wind.>", "--from", "beginning")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldResumeReportResetAndDeleteAGroup(String protocol) throws Exception {
        String topic = "verbs.group." + protocol;
        String group = "verbs-" + protocol;
        InProcess.runReading("1\n2\n3\n", "produce", topic, "--bootstrap", broker.bootstrap())
                .ok();
        String[] member = {"consume", topic, "--group", group, "--group-protocol", protocol, "--from", "beginning"};

        assertEquals("1\n2\n", verb(with(member, "--max", "2")).ok().out());
        JsonNode behind = json("group", "describe", group).get(0);
        assertEquals(2, behind.get("committed").asInt());
        assertEquals(1, behind.get("lag").asInt());
        assertTrue(behind.get("lagSeconds").asDouble() >= 0);
        assertEquals("3\n", verb(with(member, "--stop-at-end")).ok().out());

        JsonNode reset = json("group", "reset", group, "--to", "1").get(0);
        assertEquals("3", reset.get("from").asText());
        assertEquals("1", reset.get("to").asText());
        assertEquals("2\n3\n", verb(with(member, "--stop-at-end")).ok().out());

        verb("group", "delete", group).ok();
        assertTrue(json("group", "list").stream()
                .noneMatch(listed -> listed.get("group").asText().equals(group)));
    }

    @Test
    void shouldEndWithOneWhenALineHasNoKeySeparator() {
        InProcess result = InProcess.runReading(
                "nothing\n", "produce", "verbs.keys", "--key-separator", ":", "--bootstrap", broker.bootstrap());

        assertFailed("line 1 has no key separator ':'", result);
    }

    private static String consumed(String... args) {
        return verb(with(with(new String[] {"consume"}, args), "--stop-at-end"))
                .ok()
                .out();
    }

    private static String sorted(String lines) {
        return String.join("\n", lines.lines().sorted().toList()) + "\n";
    }

    private static void assertFailed(String part, InProcess result) {
        assertEquals(1, result.exitCode(), result.err());
        assertTrue(result.err().contains("polestar: ") && result.err().contains(part), result.err());
        assertEquals(
                1,
                result.err()
                        .lines()
                        .filter(line -> line.startsWith("polestar: "))
                        .count(),
                result.err());
    }

    private static List<JsonNode> json(String... args) throws JsonProcessingException {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : verb(with(args, "--json")).ok().out().lines().toList()) {
            objects.add(JSON.readTree(line));
        }
        return objects;
    }

    private static InProcess verb(String... args) {
        return InProcess.run(with(args, "--bootstrap", broker.bootstrap()));
    }

    private static String[] with(String[] args, String... more) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
