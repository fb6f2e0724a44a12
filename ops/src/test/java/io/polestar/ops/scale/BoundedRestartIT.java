package io.polestar.ops.scale;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.ops.BrokerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A start after a kill looks at each partition's last segment only, however much lies before it. {@code
 * -Drestart.mib=10240 -Drestart.partitions=1000} makes it large; what it took is printed.
 */
@Timeout(3000)
class BoundedRestartIT {
    private static final int MIB = Integer.getInteger("restart.mib", 48);
    private static final int PARTITIONS = Integer.getInteger("restart.partitions", 12);
    private static final int VALUE_BYTES = 15_000;
    private static final long RECORDS = ((long) MIB << 20) / VALUE_BYTES;
    private static final String TOPIC = "big";

    @TempDir
    private Path data;

    @Test
    void shouldWalkOnlyTheLastSegmentOfEachPartitionAfterAKill() throws Exception {
        BrokerUnderTest broker = new BrokerUnderTest(data);
        try {
            create(broker.bootstrap());
            assertEquals(RECORDS, write(broker.bootstrap()), "acknowledged");
            // What is sealed is believed unread: RecoveryTest shows it.
            await().atMost(Duration.ofMinutes(10))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> count(".cq4") - count(".index") <= PARTITIONS);
            System.out.printf(
                    "| %d MiB in %d partitions: segments to walk | %d of %d |%n",
                    MIB, PARTITIONS, count(".cq4") - count(".index"), count(".cq4"));

            long startNs = System.nanoTime();
            broker.crash();

            System.out.printf(
                    "| %d MiB in %d partitions: kill and start | %,d ms |%n",
                    MIB, PARTITIONS, (System.nanoTime() - startNs) / 1_000_000);
            assertEquals(RECORDS, stored(broker.bootstrap()), "there after the kill");
        } finally {
            broker.close();
        }
    }

    /** Files of that kind in the topic's folders. */
    private long count(String suffix) throws IOException {
        try (Stream<Path> files = Files.find(
                data,
                2,
                (file, is) ->
                        is.isRegularFile() && file.getFileName().toString().endsWith(suffix))) {
            return files.filter(
                            file -> file.getParent().getFileName().toString().startsWith(TOPIC + "-"))
                    .count();
        }
    }

    private static void create(String bootstrap) throws Exception {
        NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) 1).configs(Map.of("segment.bytes", "1048576"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    /** Records that were acknowledged. */
    private static long write(String bootstrap) {
        AtomicLong acknowledged = new AtomicLong();
        byte[] value = new byte[VALUE_BYTES];
        new Random(1).nextBytes(value);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "batch.size", 32_768, "linger.ms", 20),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (long i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(TOPIC, (int) (i % PARTITIONS), null, value), (stored, failure) -> {
                    if (failure == null) {
                        acknowledged.incrementAndGet();
                    }
                });
            }
        }
        return acknowledged.get();
    }

    private static long stored(String bootstrap) throws Exception {
        Map<TopicPartition, OffsetSpec> ends = IntStream.range(0, PARTITIONS)
                .boxed()
                .collect(Collectors.toMap(index -> new TopicPartition(TOPIC, index), index -> OffsetSpec.latest()));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.listOffsets(ends).all().get().values().stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .sum();
        }
    }
}
