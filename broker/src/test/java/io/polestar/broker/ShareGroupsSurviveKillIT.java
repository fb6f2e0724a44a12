package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ShareGroupsSurviveKillIT {
    private static final int RECORDS = 60;

    @TempDir
    Path directory;

    /** Of each three, one is accepted, one released and one rejected. */
    @Test
    void shouldKeepWhatWasAcknowledgedWhenBrokerIsKilled() throws Exception {
        int port;
        try (BrokerProcess broker = BrokerProcess.start(directory);
                ShareGroup group = new ShareGroup(broker.bootstrapServers()).createTopic()) {
            port = broker.port();
            group.produce(0, RECORDS);
            try (KafkaShareConsumer<String, String> consumer = group.explicit()) {
                acknowledgeAll(consumer);
                broker.kill();
            }
        }
        try (BrokerProcess broker = BrokerProcess.start(directory, port);
                ShareGroup group = new ShareGroup(broker.bootstrapServers());
                KafkaShareConsumer<String, String> consumer = group.explicit()) {
            group.produce(RECORDS, RECORDS + 1);
            Map<String, Short> delivered = new HashMap<>();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    delivered.put(record.value(), record.deliveryCount().orElseThrow());
                    consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                });
                consumer.commitSync();
                return delivered.containsKey(Integer.toString(RECORDS)) && delivered.size() > RECORDS / 3;
            });
            for (int i = 0; i < RECORDS; i++) {
                assertEquals(i % 3 == 1, delivered.containsKey(Integer.toString(i)), "record " + i);
            }
            assertTrue(delivered.get("1") >= 2);
        }
    }

    private static void acknowledgeAll(KafkaShareConsumer<String, String> consumer) {
        AcknowledgeType[] types = {AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT};
        Map<String, Boolean> seen = new HashMap<>();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            for (ConsumerRecord<String, String> record : records) {
                consumer.acknowledge(record, types[Integer.parseInt(record.value()) % 3]);
                seen.put(record.value(), true);
            }
            consumer.commitSync().values().forEach(failure -> assertTrue(failure.isEmpty()));
            return seen.size() == RECORDS;
        });
    }
}
