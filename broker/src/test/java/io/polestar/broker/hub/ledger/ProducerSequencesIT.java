package io.polestar.broker.hub.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an audit says of unmodified idempotent producers. */
@Timeout(120)
class ProducerSequencesIT {
    @TempDir
    private Path data;

    /** Each range as {@code epoch sequences offsets}. */
    private static List<String> ranges(LedgerFixture ledger) {
        List<String> lines = new ArrayList<>();
        for (JsonNode producer :
                ledger.audit("?topic=weather").get("partitions").get(0).get("producers")) {
            for (JsonNode range : producer.get("ranges")) {
                lines.add(range.get("epoch").asInt() + " "
                        + range.get("firstSequence").asInt() + "-"
                        + range.get("lastSequence").asInt() + " "
                        + range.get("firstOffset").asLong() + "-"
                        + range.get("lastOffset").asLong());
            }
        }
        return lines;
    }

    private static void send(KafkaProducer<String, String> producer, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>("weather", 0, "k", "v")).get();
        }
    }

    @Test
    void shouldShowTheSequencesOfEachProducerFromTheFirstOnOverRestarts() throws Exception {
        try (LedgerFixture ledger = new LedgerFixture(data)) {
            ledger.create("weather", Map.of());
            try (KafkaProducer<String, String> first = ledger.broker().producer(Map.of());
                    KafkaProducer<String, String> second = ledger.broker().producer(Map.of())) {
                send(first, 20);
                send(second, 3);
                send(first, 2);
            }
            assertEquals(List.of("0 0-21 0-24", "0 0-2 20-22"), ranges(ledger));
            ledger.restart();
            assertEquals(List.of("0 0-21 0-24", "0 0-2 20-22"), ranges(ledger));
        }
    }

    @Test
    void shouldShowTheSequencesOfEachTransaction() throws Exception {
        try (LedgerFixture ledger = new LedgerFixture(data)) {
            ledger.create("weather", Map.of());
            try (KafkaProducer<String, String> producer = ledger.broker().producer(Map.of("transactional.id", "t"))) {
                producer.initTransactions();
                for (int i = 0; i < 2; i++) {
                    producer.beginTransaction();
                    send(producer, 2);
                    producer.commitTransaction();
                }
            }
            assertEquals(List.of("0 0-1 0-1", "1 0-1 3-4"), ranges(ledger));
        }
    }
}
