package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reading beside the broker gives what a Kafka consumer gets. */
@PolestarTest
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LocalTailIT {
    private static final long SEED = 20261124;

    private final Random random = new Random(SEED);

    @Test
    void shouldGiveTheOffsetsAndBytesThatAKafkaConsumerGets(PolestarBroker broker) throws Exception {
        String topic = Hubs.name("local.same.");
        create(broker, topic, 2);
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            produce(broker, Map.of("compression.type", codec, "linger.ms", "5"), topic, 400);
        }
        produceInTransactions(broker, topic);

        List<String> expected = consumed(broker, topic);

        try (Hub hub = Hubs.connect(broker);
                LocalTail tail = hub.localTail(broker.directory(), topic, 0)) {
            assertEquals(expected, polled(tail, expected.size()));
            assertEquals(0, tail.poll(message -> {}));
            produce(broker, Map.of(), topic, 50);
            polled(tail, 50);
        }
    }

    @Test
    void shouldBeginInTheMiddleOfABatch(PolestarBroker broker) throws Exception {
        String topic = Hubs.name("local.middle.");
        create(broker, topic, 1);
        produce(broker, Map.of("linger.ms", "1000", "compression.type", "lz4"), topic, 100);
        try (Hub hub = Hubs.connect(broker);
                LocalTail tail = hub.localTail(broker.directory(), topic, 57)) {
            List<Long> offsets = new ArrayList<>();
            await().until(() -> {
                tail.poll(message -> offsets.add(message.offset()));
                return offsets.size() == 43;
            });
            assertEquals(57, offsets.get(0));
        }
    }

    @Test
    void shouldSeeAMatchingTopicThatIsMadeLaterAndABrokerThatStartsAnew(PolestarBroker broker) throws Exception {
        String name = Hubs.name("later");
        try (Hub hub = Hubs.connect(broker);
                LocalTail tail = hub.localTail(broker.directory(), "local.*." + name, 0)) {
            List<String> seen = new ArrayList<>();
            assertEquals(0, tail.poll(message -> seen.add(message.place())));
            create(broker, "local.a." + name, 1);
            create(broker, "local.a.b." + name, 1);
            produce(broker, Map.of(), "local.a.b." + name, 1);
            produce(broker, Map.of(), "local.a." + name, 2);
            await().atMost(1, TimeUnit.SECONDS).until(() -> {
                tail.poll(message -> seen.add(message.place()));
                return seen.size() == 2;
            });
            broker.stop();
            broker.resume();
            produce(broker, Map.of(), "local.a." + name, 1);
            await().until(() -> {
                tail.poll(message -> seen.add(message.place()));
                return seen.size() == 3;
            });
            assertEquals(
                    IntStream.range(0, 3)
                            .mapToObj(offset -> "local.a." + name + "-0@" + offset)
                            .toList(),
                    seen);
        }
    }

    @Test
    void shouldPassOverAViewWhichHasNoRecordsOfItsOwn(PolestarBroker broker) throws Exception {
        String name = Hubs.name("viewed");
        create(broker, "local.source." + name, 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            NewTopic view = new NewTopic("local.view." + name, 1, (short) 1)
                    .configs(Map.of("polestar.view.pattern", "local.source." + name));
            admin.createTopics(List.of(view)).all().get();
            produce(broker, Map.of(), "local.source." + name, 1);
            TopicPartition shown = new TopicPartition("local.view." + name, 0);
            await().until(() -> admin.listOffsets(Map.of(shown, OffsetSpec.latest()))
                            .partitionResult(shown)
                            .get()
                            .offset()
                    == 1);
        }
        try (Hub hub = Hubs.connect(broker);
                LocalTail tail = hub.localTail(broker.directory(), "local.*." + name, 0)) {
            assertEquals(1, polled(tail, 1).size());
            assertEquals(0, tail.poll(message -> {}));
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsNoBrokers(PolestarBroker broker, @TempDir Path empty) {
        try (Hub hub = Hubs.connect(broker)) {
            assertThrows(UncheckedIOException.class, () -> hub.localTail(empty, "weather.>", 0));
            assertThrows(IllegalArgumentException.class, () -> hub.localTail(broker.directory(), "a..b", 0));
        }
    }

    private static void create(PolestarBroker broker, String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(topic, partitions, (short) 1).configs(Map.of("segment.bytes", "1048576"))))
                    .all()
                    .get();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(PolestarBroker broker, Map<String, Object> options) {
        Map<String, Object> all = new HashMap<>(options);
        all.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void produce(PolestarBroker broker, Map<String, Object> options, String topic, int records) {
        try (KafkaProducer<byte[], byte[]> producer = producer(broker, options)) {
            for (int i = 0; i < records; i++) {
                producer.send(record(topic));
            }
        }
    }

    private void produceInTransactions(PolestarBroker broker, String topic) {
        try (KafkaProducer<byte[], byte[]> producer = producer(broker, Map.of("transactional.id", topic))) {
            producer.initTransactions();
            for (int round = 0; round < 4; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 20; i++) {
                    producer.send(record(topic));
                }
                if (round % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(String topic) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                topic, random.nextInt(5) == 0 ? null : bytes(20), random.nextInt(9) == 0 ? null : bytes(2000));
        if (random.nextBoolean()) {
            record.headers().add("unit", bytes(5)).add("none", null);
        }
        return record;
    }

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static List<String> polled(LocalTail tail, int count) {
        List<String> polled = new ArrayList<>();
        await().until(() -> {
            tail.poll(message -> polled.add(shown(
                    message.partition(),
                    message.offset(),
                    message.timestampMs(),
                    message.key(),
                    message.value(),
                    message.headers().toArray())));
            return polled.size() >= count;
        });
        return polled.stream().sorted().toList();
    }

    private static List<String> consumed(PolestarBroker broker, String topic) {
        List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<String> consumed = new ArrayList<>();
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(100))) {
                    consumed.add(shown(
                            each.partition(),
                            each.offset(),
                            each.timestamp(),
                            each.key(),
                            each.value(),
                            each.headers().toArray()));
                }
            }
            assertFalse(consumed.isEmpty());
            return consumed.stream().sorted().toList();
        }
    }

    private static String shown(
            int partition, long offset, long timestampMs, byte[] key, byte[] value, Header[] headers) {
        List<String> named = Stream.of(headers)
                .map(header -> header.key() + "=" + Arrays.toString(header.value()))
                .toList();
        return partition + "@" + offset + " " + timestampMs + " " + Arrays.toString(key) + " " + Arrays.toString(value)
                + " " + named;
    }
}
