package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What retention leaves, what is found in it by time, also after a restart, and what those are told who come too late. */
@Timeout(60)
class RetentionIT {
    private static final TopicPartition PARTITION = new TopicPartition("readings", 0);
    private static final long OLD_MS = 1_600_000_000_000L;
    private static final long FUTURE_MS = System.currentTimeMillis() + 3_000_000;
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final String HALF_A_SEGMENT = "x".repeat(SEGMENT_BYTES / 2 - 1000);

    @TempDir
    Path directory;

    private BrokerFixture broker;

    @BeforeEach
    void start() {
        broker = BrokerFixture.builder(directory)
                .with("log.retention.check.interval.ms", 100)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .start();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void restart() {
        broker.close();
        start();
    }

    private void create(Map<String, String> configs) throws Exception {
        Map<String, String> all = new HashMap<>(configs);
        all.put("segment.bytes", Integer.toString(SEGMENT_BYTES));
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1).configs(all)))
                    .all()
                    .get();
        }
    }

    /** From now on: while a topic is written, a check might end its segment early. */
    private void keepAnHour() throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, PARTITION.topic());
        AlterConfigOp hour = new AlterConfigOp(new ConfigEntry("retention.ms", "3600000"), AlterConfigOp.OpType.SET);
        try (Admin admin = broker.admin()) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(hour))).all().get();
        }
    }

    /** One batch for each. */
    private void produce(Map<String, ?> configs, String value, long... timestampsMs) throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(configs)) {
            for (long timestampMs : timestampsMs) {
                producer.send(new ProducerRecord<>(PARTITION.topic(), 0, timestampMs, "k", value))
                        .get();
            }
        }
    }

    private ListOffsetsResultInfo find(OffsetSpec spec) throws Exception {
        try (Admin admin = broker.admin()) {
            return admin.listOffsets(Map.of(PARTITION, spec))
                    .partitionResult(PARTITION)
                    .get();
        }
    }

    private long at(long timestampMs) throws Exception {
        return find(OffsetSpec.forTimestamp(timestampMs)).offset();
    }

    private void awaitStart(long offset) {
        await().until(() -> find(OffsetSpec.earliest()).offset() == offset);
    }

    private double metric(String line) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + broker.broker().httpPort().orElseThrow() + "/metrics"))
                .build();
        String text = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return text.lines()
                .filter(each -> each.startsWith(line + " "))
                .mapToDouble(each -> Double.parseDouble(each.substring(line.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(line + " is not in " + text));
    }

    @Test
    void shouldRemoveOldSegmentsAndFindByTimeInWhatIsLeftAlsoAfterARestart() throws Exception {
        create(Map.of("retention.ms", "-1"));
        produce(Map.of(), HALF_A_SEGMENT, OLD_MS + 1, OLD_MS, OLD_MS + 3, OLD_MS + 2, FUTURE_MS, OLD_MS + 9);
        keepAnHour();
        awaitStart(4);

        for (int i = 0; i < 2; i++) {
            assertEquals(4, at(0));
            assertEquals(4, at(OLD_MS));
            assertEquals(4, at(FUTURE_MS));
            assertEquals(-1, at(FUTURE_MS + 1));
            assertEquals(4, find(OffsetSpec.maxTimestamp()).offset());
            assertEquals(FUTURE_MS, find(OffsetSpec.maxTimestamp()).timestamp());
            assertEquals(4, find(OffsetSpec.earliestLocal()).offset());
            assertEquals(-1, find(OffsetSpec.latestTiered()).offset());
            assertEquals(6, find(OffsetSpec.latest()).offset());
            restart();
        }
    }

    @Test
    void shouldEmptyATopicOfWhichAllIsTooOldAndGoOnAtTheSameOffset() throws Exception {
        create(Map.of("retention.ms", "3600000", "cleanup.policy", "compact,delete"));
        produce(Map.of(), "v", OLD_MS, OLD_MS);
        awaitStart(2);
        assertEquals(-1, find(OffsetSpec.maxTimestamp()).offset());
        assertEquals(-1, at(0));
        restart();
        produce(Map.of(), "v", FUTURE_MS);
        assertEquals(2, at(0));
    }

    @Test
    void shouldKeepAsManyBytesAsTheTopicWasTold() throws Exception {
        create(Map.of("retention.ms", "-1", "retention.bytes", Integer.toString(SEGMENT_BYTES)));
        produce(Map.of(), HALF_A_SEGMENT, OLD_MS, OLD_MS, OLD_MS, OLD_MS, OLD_MS);
        // Three half segments are behind the first segment, two behind the second: fewer would be too few.
        awaitStart(2);
        assertEquals(2, metric("polestar_log_removed_offsets_total{cause=\"retention_size\"}"));
    }

    @Test
    void shouldTellAConsumerThatItsOffsetIsGoneAndNoteIt() throws Exception {
        create(Map.of("retention.ms", "-1"));
        produce(Map.of(), HALF_A_SEGMENT, OLD_MS, OLD_MS, FUTURE_MS);
        keepAnHour();
        awaitStart(2);
        Map<String, Object> strict = Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        try (KafkaConsumer<String, String> consumer = broker.consumer(strict)) {
            consumer.assign(List.of(PARTITION));
            consumer.seek(PARTITION, 1);
            OffsetOutOfRangeException refused = assertThrows(
                    OffsetOutOfRangeException.class,
                    () -> await().until(
                                    () -> consumer.poll(Duration.ofMillis(100)).count() > 0));
            assertEquals(Map.of(PARTITION, 1L), refused.offsetOutOfRangePartitions());
        }
        assertTrue(metric("polestar_fetch_below_start_total") >= 1);
        assertEquals(2, metric("polestar_log_removed_offsets_total{cause=\"retention_time\"}"));
    }

    @Test
    void shouldCountTheRecordsOfADeletedTopic() throws Exception {
        create(Map.of("retention.ms", "-1"));
        produce(Map.of(), "v", OLD_MS, OLD_MS);
        try (Admin admin = broker.admin()) {
            admin.deleteTopics(List.of(PARTITION.topic())).all().get();
        }
        await().untilAsserted(
                        () -> assertEquals(2, metric("polestar_log_removed_offsets_total{cause=\"topic_deleted\"}")));
    }

    @Test
    void shouldFindByTheTimeOfTheAppendWhereTheTopicSaysSo() throws Exception {
        create(Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "3600000"));
        for (String codec : List.of("none", "lz4")) {
            long before = System.currentTimeMillis();
            produce(Map.of("compression.type", codec), "v", OLD_MS);
            long offset = find(OffsetSpec.latest()).offset() - 1;

            assertEquals(0, at(OLD_MS + 1));
            assertTrue(at(before) >= 0 && at(before) <= offset);
            ListOffsetsResultInfo newest = find(OffsetSpec.maxTimestamp());
            assertTrue(newest.timestamp() >= before && newest.timestamp() <= System.currentTimeMillis());
            assertEquals(-1, at(newest.timestamp() + 1));
        }
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(PARTITION));
            await().until(() -> {
                var polled = consumer.poll(Duration.ofMillis(100));
                polled.forEach(each -> assertEquals(TimestampType.LOG_APPEND_TIME, each.timestampType()));
                return polled.count() > 0;
            });
        }
    }
}
