package io.polestar.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@PolestarTest(settings = "num.partitions=3")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class PolestarTestIT {
    private static final int BROKERS = 10;
    private final PolestarBroker given;

    PolestarTestIT(PolestarBroker given) {
        this.given = given;
    }

    private static RecordMetadata publish(PolestarBroker broker) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            return producer.send(new ProducerRecord<>("a.b", "hello")).get();
        }
    }

    @Test
    void shouldGiveTheClassOneBrokerWithItsSettings(PolestarBroker broker) throws Exception {
        assertSame(given, broker);
        publish(broker);

        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertEquals(
                    3,
                    admin.describeTopics(List.of("a.b"))
                            .allTopicNames()
                            .get()
                            .get("a.b")
                            .partitions()
                            .size());
        }
    }

    @Test
    void shouldKeepPortAndDataWhenItStopsAndResumes() throws Exception {
        try (PolestarBroker broker = PolestarBroker.start()) {
            publish(broker);
            String address = broker.bootstrapServers();

            broker.stop();
            broker.resume();

            assertEquals(address, broker.bootstrapServers());
            assertEquals(1, publish(broker).offset());
        }
    }

    @Test
    void shouldLeaveNothingBehind() throws Exception {
        PolestarBroker broker = PolestarBroker.start();
        publish(broker);
        assertTrue(Files.exists(broker.directory()));

        broker.close();
        broker.close();

        assertFalse(Files.exists(broker.directory()));
    }

    @Test
    void shouldRunTenAtOnce() throws Exception {
        List<CompletableFuture<PolestarBroker>> starts = new ArrayList<>();
        for (int i = 0; i < BROKERS; i++) {
            starts.add(CompletableFuture.supplyAsync(PolestarBroker::start));
        }
        Set<Path> directories = new HashSet<>();
        for (CompletableFuture<PolestarBroker> start : starts) {
            assertEquals(0, publish(start.get()).offset());
            directories.add(start.get().directory());
        }
        assertEquals(BROKERS, directories.size());
        starts.forEach(start -> start.join().close());
    }
}
