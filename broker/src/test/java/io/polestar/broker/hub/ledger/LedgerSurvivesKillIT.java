package io.polestar.broker.hub.ledger;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.BrokerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is killed: its entries are there, and what it cannot know it does not claim. */
@Timeout(300)
class LedgerSurvivesKillIT {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final TopicPartition PARTITION = new TopicPartition("killed", 0);
    private static final TopicPartition LEDGER = new TopicPartition(LedgerLog.TOPIC, 0);

    @TempDir
    private Path data;

    /** One record in a fetch and in a poll: so the client fetches none ahead. */
    private KafkaConsumer<String, String> consumer(BrokerProcess broker, String group) {
        return consumer(broker, group, Map.of("max.partition.fetch.bytes", 1, "max.poll.records", 1));
    }

    private KafkaConsumer<String, String> consumer(BrokerProcess broker, String group, Map<String, ?> more) {
        Map<String, Object> configs = new HashMap<>(more);
        configs.put("bootstrap.servers", broker.bootstrapServers());
        configs.put("auto.offset.reset", "earliest");
        configs.put("enable.auto.commit", false);
        if (group != null) {
            configs.put("group.id", group);
        }
        return new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer());
    }

    /** What any client finds in the ledger. */
    private Collection<String> entries(BrokerProcess broker) {
        Map<String, String> entries = new LinkedHashMap<>();
        try (KafkaConsumer<String, String> consumer = consumer(broker, null)) {
            if (!consumer.listTopics().containsKey(LEDGER.topic())) {
                return List.of();
            }
            consumer.assign(List.of(LEDGER));
            long end = consumer.endOffsets(List.of(LEDGER)).get(LEDGER);
            while (consumer.position(LEDGER) < end) {
                consumer.poll(POLL).forEach(record -> entries.put(record.key(), line(record.value())));
            }
        }
        return entries.values();
    }

    private static String line(String value) {
        try {
            return LedgerFixture.line(new ObjectMapper().readTree(value));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private void readOneFrom(BrokerProcess broker, long offset) {
        try (KafkaConsumer<String, String> consumer = consumer(broker, "slow")) {
            consumer.subscribe(List.of(PARTITION.topic()));
            await().atMost(LedgerFixture.PATIENCE).until(() -> {
                consumer.poll(Duration.ZERO);
                return !consumer.assignment().isEmpty();
            });
            consumer.seek(PARTITION, offset);
            await().atMost(LedgerFixture.PATIENCE)
                    .until(() -> consumer.poll(POLL).count() == 1);
            consumer.commitSync();
        }
    }

    @Test
    void shouldKeepItsEntriesAndSayWhatItDoesNotKnowAfterwards() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(data);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get();
            produce(broker);
            readOneFrom(broker, 0);
            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(5)))
                    .all()
                    .get();
            await().atMost(LedgerFixture.PATIENCE)
                    .untilAsserted(() -> assertEquals(
                            List.of("lost records-deleted slow killed-0 1-5"), List.copyOf(entries(broker))));
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            readOneFrom(broker, 8);
            await().atMost(LedgerFixture.PATIENCE)
                    .untilAsserted(() -> assertEquals(
                            List.of(
                                    "lost records-deleted slow killed-0 1-5",
                                    "unverified commit-jump slow killed-0 5-8"),
                            List.copyOf(entries(broker))));
        }
    }

    /** The client holds what it was handed before the kill, and commits it piece by piece afterwards. */
    @Test
    void shouldCallNothingLostWhenItIsKilledWhileAGroupReads() throws Exception {
        int records = 20_000;
        BrokerProcess broker = BrokerProcess.start(data);
        int port = broker.port();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(PARTITION.topic(), "v" + i));
            }
        }
        try (KafkaConsumer<String, String> consumer =
                consumer(broker, "patient", Map.of("max.poll.records", 100, "reconnect.backoff.max.ms", 200))) {
            consumer.subscribe(List.of(PARTITION.topic()));
            int seen = 0;
            for (int stop : List.of(500, 3_000, 8_000, records)) {
                while (seen < stop) {
                    seen += consumer.poll(POLL).count();
                    consumer.commitAsync();
                }
                if (stop < records) {
                    broker.kill();
                    broker = BrokerProcess.start(data, port);
                }
            }
            consumer.commitSync();
        }
        assertEquals(
                List.of(),
                entries(broker).stream()
                        .filter(entry -> entry.startsWith("lost"))
                        .toList());
        broker.close();
    }

    private void produce(BrokerProcess broker) throws Exception {
        Map<String, Object> configs = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(PARTITION.topic(), "v" + i)).get();
            }
        }
    }
}
