package io.polestar.ops.clients;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.ViewConfigs;
import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat, and so librdkafka; Debian's package {@code kcat} must be installed. */
@Tag("other-clients")
@Timeout(120)
class KcatIT {
    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void start() throws Exception {
        Program.of("kcat", "-V").run().ok();
        broker = new BrokerUnderTest(data);
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldListTheBrokerAndATopicItCreated() throws Exception {
        produce("kcat.created", "1\n");

        String listed = kcat("-L", "-t", "kcat.created").out();

        assertTrue(listed.contains("topic \"kcat.created\" with 1 partitions"), listed);
        assertTrue(listed.contains(broker.bootstrap()), listed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldReplayInOrderWhatWasProducedWithEveryCodecAfterACrash(String codec) throws Exception {
        String topic = "kcat.codec." + codec;
        List<String> records = IntStream.range(0, 1_000)
                .mapToObj(i -> "record " + i + " of some length")
                .toList();
        produce(topic, String.join("\n", records) + "\n", "-z", codec, "-X", "enable.idempotence=true");

        broker.crash();

        assertEquals(records, consume(topic, "-o", "beginning").lines());
    }

    @Test
    void shouldKeepKeysAndHeaders() throws Exception {
        kcatReading("k:v\n", "-P", "-t", "kcat.headers", "-K", ":", "-H", "unit=C");

        assertEquals(
                List.of("k v unit=C"),
                consume("kcat.headers", "-o", "beginning", "-f", "%k %s %h\n").lines());
    }

    @Test
    void shouldSeekByOffsetFromTheEndAndByTime() throws Exception {
        produce("kcat.seek", "1\n2\n3\n");
        long afterThree = timestamp("kcat.seek", 2) + 1;
        await().until(() -> System.currentTimeMillis() > afterThree);
        produce("kcat.seek", "4\n5\n");

        assertEquals(List.of("3", "4", "5"), consume("kcat.seek", "-o", "2").lines());
        assertEquals(List.of("4", "5"), consume("kcat.seek", "-o", "-2").lines());
        assertEquals(
                List.of("4", "5"), consume("kcat.seek", "-o", "s@" + afterThree).lines());
    }

    @Test
    void shouldResumeAtTheCommitWhenAGroupComesBack() throws Exception {
        produce("kcat.group", "1\n2\n3\n");
        assertEquals(List.of("1", "2", "3"), group("kcat-group", "kcat.group"));

        produce("kcat.group", "4\n5\n");
        broker.crash();

        assertEquals(List.of("4", "5"), group("kcat-group", "kcat.group"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void shouldReadAViewOfWhichTheEndIsGone(String sourceHeaders) throws Exception {
        String view = "kcat.view." + sourceHeaders;
        String kept = "kcat." + sourceHeaders + ".kept";
        String gone = "kcat." + sourceHeaders + ".gone";
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            Map<String, String> configs = Map.of(
                    ViewConfigs.PATTERN, "kcat." + sourceHeaders + ".*", ViewConfigs.SOURCE_HEADERS, sourceHeaders);
            admin.createTopics(List.of(new NewTopic(view, 1, (short) 1).configs(configs)))
                    .all()
                    .get();
            produce(kept, "1\n2\n", "-z", "lz4");
            awaitEnd(admin, view, 2);
            produce(gone, "3\n4\n");
            awaitEnd(admin, view, 4);
            assertEquals(
                    List.of("1", "2", "3", "4"),
                    consume(view, "-o", "beginning").lines());
            admin.deleteTopics(List.of(gone)).all().get();
        }
        assertEquals(List.of("1", "2"), consume(view, "-o", "beginning").lines());
        assertEquals(List.of(), consume(view, "-o", "2").lines());
    }

    private static void awaitEnd(Admin admin, String topic, long offset) {
        TopicPartition partition = new TopicPartition(topic, 0);
        await().until(() -> admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition)
                        .get()
                        .offset()
                == offset);
    }

    private static long timestamp(String topic, long offset) throws Exception {
        return Long.parseLong(consume(topic, "-o", Long.toString(offset), "-c", "1", "-f", "%T\n")
                .lines()
                .get(0));
    }

    private static void produce(String topic, String lines, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("-P", "-t", topic));
        all.addAll(List.of(args));
        kcatReading(lines, all.toArray(String[]::new));
    }

    private static Outcome consume(String topic, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("-C", "-q", "-e", "-t", topic));
        all.addAll(List.of(args));
        return kcat(all.toArray(String[]::new));
    }

    /** Reads as a group's member until the ends of its partitions, and commits when it leaves. */
    private static List<String> group(String group, String topic) throws Exception {
        return kcat("-G", group, "-q", "-e", "-X", "auto.offset.reset=earliest", topic)
                .lines();
    }

    private static Outcome kcat(String... args) throws Exception {
        return kcatReading("", args);
    }

    private static Outcome kcatReading(String stdin, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", broker.bootstrap()));
        command.addAll(List.of(args));
        return Program.of(command.toArray(String[]::new)).stdin(stdin).run().ok();
    }
}
