package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that was told to forget itself. */
@Timeout(90)
class UnregisteredBrokerIT {
    private static final int NODE = 1;
    private static final TopicPartition PARTITION = new TopicPartition("forgotten", 0);

    @TempDir
    Path directory;

    @Test
    void shouldLeadNothingUntilItStartsAgainAndThenHaveEverything() throws Exception {
        try (BrokerFixture broker = BrokerFixture.builder(directory).start();
                Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
                producer.send(new ProducerRecord<>(PARTITION.topic(), "before")).get(20, TimeUnit.SECONDS);
            }
            admin.unregisterBroker(NODE).all().get(20, TimeUnit.SECONDS);
            try (KafkaProducer<String, String> producer = broker.producer(
                    Map.of("max.block.ms", 2_000, "delivery.timeout.ms", 2_000, "request.timeout.ms", 500))) {
                ExecutionException refused = assertThrows(
                        ExecutionException.class,
                        () -> producer.send(new ProducerRecord<>(PARTITION.topic(), "meanwhile"))
                                .get(20, TimeUnit.SECONDS));
                assertInstanceOf(TimeoutException.class, refused.getCause());
            }
        }
        try (BrokerFixture broker = BrokerFixture.builder(directory).start()) {
            assertEquals(List.of("before", "after"), writtenAfter(broker));
        }
    }

    private static List<String> writtenAfter(BrokerFixture broker) throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of());
                KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), "after")).get(20, TimeUnit.SECONDS);
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            List<String> values = new ArrayList<>();
            await().until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= 2;
            });
            return values;
        }
    }
}
