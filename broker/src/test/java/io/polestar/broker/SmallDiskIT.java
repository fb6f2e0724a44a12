package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker whose disk really is small: a tmpfs, where the user who runs the tests may mount one; skipped elsewhere. {@link
 * DiskFullIT} shows the same everywhere on a disk that only says so.
 */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class SmallDiskIT {
    private static final TopicPartition PARTITION = new TopicPartition("telemetry", 0);
    private static final int DISK_MEGABYTES = 96;
    private static final long MARK_BYTES = 24L << 20;
    private static final String VALUE = "v".repeat(10_000);

    @TempDir
    Path folder;

    private Path mount;
    private BrokerFixture broker;

    @BeforeEach
    void start() throws Exception {
        mount = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m", "tmpfs", mount.toString()) == 0);
        broker = BrokerFixture.builder(mount.resolve("data"))
                .with(PolestarConfigs.DISK_FREE_MIN_BYTES, MARK_BYTES)
                .start();
        try (Admin admin = broker.admin()) {
            NewTopic topic = new NewTopic(PARTITION.topic(), 1, (short) 1).configs(Map.of("segment.bytes", "8388608"));
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
        run("umount", mount.toString());
    }

    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private long freeBytes() throws IOException {
        return Files.getFileStore(mount).getUsableSpace();
    }

    @Test
    void shouldFillTheDiskToTheMarkServeReadersAndGoOnWhenRecordsWereDeleted() throws Exception {
        try (KafkaProducer<String, String> producer =
                        broker.producer(Map.of("acks", "all", "buffer.memory", "2000000", "batch.size", "50000"));
                KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", "readers"));
                Admin admin = broker.admin()) {
            Queue<Future<RecordMetadata>> waiting = fill(producer);
            long stored = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            assertTrue(freeBytes() > MARK_BYTES / 2, freeBytes() + " bytes are left");

            assertEquals(stored, consumeAll(consumer, stored));
            consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(stored)));
            assertFalse(waiting.peek().isDone());

            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(stored)))
                    .all()
                    .get();
            long expected = stored;
            for (Future<RecordMetadata> each : waiting) {
                assertEquals(expected++, each.get().offset());
            }
            assertEquals(expected - stored, consumeAll(consumer, expected - stored));
        }
    }

    /** Those that were sent and not answered. */
    private Queue<Future<RecordMetadata>> fill(KafkaProducer<String, String> producer) throws Exception {
        Queue<Future<RecordMetadata>> sent = new ArrayDeque<>();
        boolean refused = false;
        while (!refused) {
            while (sent.size() < 50) {
                sent.add(producer.send(new ProducerRecord<>(PARTITION.topic(), "k", VALUE)));
            }
            refused = !isDoneSoon(sent.peek());
            while (!sent.isEmpty() && sent.peek().isDone()) {
                sent.poll().get();
            }
        }
        return sent;
    }

    private static boolean isDoneSoon(Future<RecordMetadata> future) throws Exception {
        try {
            future.get(3, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static long consumeAll(KafkaConsumer<String, String> consumer, long expected) {
        consumer.assign(List.of(PARTITION));
        long[] count = {0};
        await().until(() -> {
            count[0] += consumer.poll(Duration.ofMillis(100)).count();
            return count[0] >= expected;
        });
        return count[0];
    }
}
