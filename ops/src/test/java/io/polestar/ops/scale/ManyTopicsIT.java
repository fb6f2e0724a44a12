package io.polestar.ops.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many topics of one partition in one broker: made, each written and read, stopped and started, killed and started, read
 * again. {@code -Dmany.topics=10000} makes it large; what it took is printed as a table.
 */
@Timeout(1800)
class ManyTopicsIT {
    private static final int TOPICS = Integer.getInteger("many.topics", 1000);
    private static final int MAX_MAPS = 4000;
    private static final int MAX_HANDLES = 8000;
    private static final long MAX_RSS_MIB = 1024;
    private static final long MAX_BYTES_PER_TOPIC = 64 << 10;
    private static final int TOPICS_PER_REQUEST = 1000;

    @TempDir
    private Path data;

    private final List<TopicPartition> partitions = IntStream.range(0, TOPICS)
            .mapToObj(i -> new TopicPartition("many.topic-" + i, 0))
            .toList();

    private interface Work {
        void run() throws Exception;
    }

    @Test
    void shouldBearManyTopicsWithinBounds() throws Exception {
        BrokerUnderTest broker = new BrokerUnderTest(data);
        try {
            long emptyBytes = Footprint.allocatedBytes(data);
            measure("create", () -> create(broker.bootstrap()));
            long createdBytes = Footprint.allocatedBytes(data) - emptyBytes;
            print("disk of an empty topic", createdBytes / TOPICS, "bytes");
            measure("write one record to each", () -> write(broker.bootstrap(), 0));
            measure("write another", () -> write(broker.bootstrap(), 1));
            measure("read each", () -> assertEquals(2L * TOPICS, count(broker.bootstrap())));
            assertWithinBounds(broker);
            long bytes = (Footprint.allocatedBytes(data) - emptyBytes) / TOPICS;
            print("disk of a written topic", bytes, "bytes");
            assertTrue(bytes <= MAX_BYTES_PER_TOPIC, bytes + " bytes a topic");

            measure("stop", broker::stop);
            measure("start", broker::start);
            measure("read each after the stop", () -> assertEquals(2L * TOPICS, count(broker.bootstrap())));
            measure("write another", () -> write(broker.bootstrap(), 2));
            measure("kill and start", broker::crash);
            measure("read each after the kill", () -> assertEquals(3L * TOPICS, count(broker.bootstrap())));
            assertWithinBounds(broker);
            measure("delete", () -> delete(broker.bootstrap()));
        } finally {
            broker.close();
        }
    }

    private static void measure(String what, Work work) throws Exception {
        long startNs = System.nanoTime();
        work.run();
        print(what, (System.nanoTime() - startNs) / 1_000_000, "ms");
    }

    private static void print(String what, long value, String unit) {
        System.out.printf("| %d topics: %s | %,d %s |%n", TOPICS, what, value, unit);
    }

    private static void assertWithinBounds(BrokerUnderTest broker) throws IOException {
        Footprint taken = Footprint.of(broker.pid());
        print("resident memory", taken.rssMib(), "MiB");
        print("of it its own", taken.anonymousMib(), "MiB");
        print("file handles", taken.handles(), "");
        print("memory mappings", taken.maps(), "");
        assertTrue(taken.maps() <= MAX_MAPS, taken.toString());
        assertTrue(taken.handles() <= MAX_HANDLES, taken.toString());
        assertTrue(taken.rssMib() <= MAX_RSS_MIB, taken.toString());
    }

    private void create(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            for (int from = 0; from < TOPICS; from += TOPICS_PER_REQUEST) {
                List<NewTopic> topics = partitions.subList(from, Math.min(TOPICS, from + TOPICS_PER_REQUEST)).stream()
                        .map(partition -> new NewTopic(partition.topic(), 1, (short) 1))
                        .toList();
                admin.createTopics(topics).all().get();
            }
        }
    }

    private void write(String bootstrap, int number) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>(TOPICS);
            for (TopicPartition partition : partitions) {
                sent.add(producer.send(new ProducerRecord<>(partition.topic(), new byte[100])));
            }
            for (Future<RecordMetadata> each : sent) {
                assertEquals(number, each.get().offset());
            }
        }
    }

    private long count(String bootstrap) {
        Map<String, Object> configs = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long expected = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            long count = 0;
            while (count < expected) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(30));
                if (records.isEmpty()) {
                    return count;
                }
                count += records.count();
            }
            return count;
        }
    }

    private void delete(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.deleteTopics(partitions.stream().map(TopicPartition::topic).toList())
                    .all()
                    .get();
        }
    }
}
