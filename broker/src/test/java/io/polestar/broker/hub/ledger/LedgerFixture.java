package io.polestar.broker.hub.ledger;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.BrokerFixture;
import io.polestar.broker.PolestarConfigs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** A broker with its ledger, stock clients of it, and what its audit says. */
final class LedgerFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final Duration POLL = Duration.ofMillis(100);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SEGMENT_BYTES = 1 << 20;
    static final String HALF_A_SEGMENT = "x".repeat(SEGMENT_BYTES / 2 - 1000);

    private final Path data;
    private BrokerFixture broker;

    LedgerFixture(Path data) {
        this.data = data;
        start();
    }

    private void start() {
        broker = BrokerFixture.builder(data)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .with("log.retention.check.interval.ms", 100)
                .with("offsets.topic.num.partitions", 4)
                .with("log.cleaner.backoff.ms", 100)
                .start();
    }

    /** Stops it cleanly and starts it again. */
    void restart() {
        broker.close();
        start();
    }

    BrokerFixture broker() {
        return broker;
    }

    TopicPartition create(String topic, Map<String, String> configs) throws Exception {
        Map<String, String> all = new HashMap<>(configs);
        all.putIfAbsent("segment.bytes", Integer.toString(SEGMENT_BYTES));
        all.putIfAbsent("retention.ms", "-1");
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(all)))
                    .all()
                    .get();
        }
        return new TopicPartition(topic, 0);
    }

    void configure(String topic, String name, String value) throws Exception {
        configure(new ConfigResource(ConfigResource.Type.TOPIC, topic), Map.of(name, value));
    }

    void configure(ConfigResource resource, Map<String, String> values) throws Exception {
        List<AlterConfigOp> changes = values.entrySet().stream()
                .map(each ->
                        new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try (Admin admin = broker.admin()) {
            admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        }
    }

    /** One batch for each value, of long ago. */
    void produce(String topic, String... values) throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, 0, 1_000L, "k", value))
                        .get();
            }
        }
    }

    void produce(String topic, int count) throws Exception {
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            values[i] = "v" + i;
        }
        produce(topic, values);
    }

    KafkaConsumer<String, String> consumer(String group, Map<String, ?> configs) {
        Map<String, Object> all = new HashMap<>(configs);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        all.putIfAbsent(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return broker.consumer(all);
    }

    KafkaConsumer<String, String> subscribed(String group, String topic, Map<String, ?> configs) {
        KafkaConsumer<String, String> consumer = consumer(group, configs);
        consumer.subscribe(List.of(topic));
        await().atMost(PATIENCE).until(() -> {
            consumer.poll(Duration.ZERO);
            return !consumer.assignment().isEmpty();
        });
        return consumer;
    }

    /** Reads so many records more; what else was polled is given back. */
    static void read(KafkaConsumer<String, String> consumer, TopicPartition partition, int count) {
        long target = consumer.position(partition) + count;
        List<Long> offsets = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            consumer.poll(POLL).forEach(record -> offsets.add(record.offset()));
            return consumer.position(partition) >= target;
        });
        consumer.seek(partition, target);
    }

    /**
     * A group reads so many records from the beginning, commits and leaves. One record in a fetch and in a poll: so the client fetches
     * none ahead.
     */
    void readAndLeave(String group, TopicPartition partition, int count) {
        try (KafkaConsumer<String, String> consumer =
                subscribed(group, partition.topic(), Map.of("max.partition.fetch.bytes", 1, "max.poll.records", 1))) {
            consumer.seekToBeginning(List.of(partition));
            for (int i = 0; i < count; i++) {
                await().atMost(PATIENCE).until(() -> consumer.poll(POLL).count() > 0);
            }
            consumer.commitSync();
        }
    }

    JsonNode audit(String query) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + broker.broker().httpPort().orElseThrow() + "/v1/audit" + query))
                .build();
        try {
            return JSON.readTree(HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** In order; each entry as {@code status cause group topic-partition from-to}. */
    List<String> entries() {
        List<String> lines = new ArrayList<>();
        audit("").get("entries").forEach(entry -> lines.add(line(entry)));
        Collections.sort(lines);
        return lines;
    }

    static String line(JsonNode entry) {
        return String.join(
                " ",
                entry.get("status").asText(),
                entry.get("cause").asText(),
                entry.path("group").asText("-"),
                entry.get("topic").asText() + "-" + entry.get("partition").asInt(),
                entry.has("fromOffset")
                        ? entry.get("fromOffset").asLong() + "-"
                                + entry.get("toOffset").asLong()
                        : entry.path("error").asText() + " x"
                                + entry.path("records").asLong());
    }

    void awaitEntries(String... expected) {
        await().untilAsserted(
                        () -> assertEquals(Arrays.stream(expected).sorted().toList(), entries()));
    }

    static Collection<TopicPartition> only(TopicPartition partition) {
        return List.of(partition);
    }

    @Override
    public void close() {
        broker.close();
    }
}
