package io.polestar.broker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A read_committed reader on a thread of its own that checks, record by record, that each partition shows the records of the
 * source's partition in order, each once, and adds up their values.
 */
final class CommittedReader {
    private final String bootstrapServers;
    private final String topic;
    private final AtomicLongArray nextSourceOffset;
    private final AtomicLongArray sums;
    private final Thread thread = new Thread(this::run, "committed-reader");
    private volatile boolean finishing;
    private volatile Throwable failure;

    private CommittedReader(String bootstrapServers, String topic, int partitions) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.nextSourceOffset = new AtomicLongArray(partitions);
        this.sums = new AtomicLongArray(partitions);
    }

    static CommittedReader start(String bootstrapServers, String topic, int partitions) {
        CommittedReader reader = new CommittedReader(bootstrapServers, topic, partitions);
        reader.thread.start();
        return reader;
    }

    private void run() {
        Map<String, Object> configs = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "none",
                "enable.auto.commit",
                false,
                "reconnect.backoff.max.ms",
                200);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, sums.length())
                    .mapToObj(p -> new TopicPartition(topic, p))
                    .toList();
            consumer.assign(all);
            all.forEach(partition -> consumer.seek(partition, 0));
            while (!finishing) {
                consumer.poll(Duration.ofMillis(50)).forEach(this::check);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void check(ConsumerRecord<String, String> record) {
        String[] parts = record.value().split(":");
        long expected = nextSourceOffset.getAndIncrement(record.partition());
        if (Long.parseLong(parts[0]) != expected) {
            throw new AssertionError("Partition " + record.partition() + " shows source offset " + parts[0]
                    + " at offset " + record.offset() + " where " + expected + " must follow");
        }
        sums.addAndGet(record.partition(), Long.parseLong(parts[1]));
    }

    /** How many records it has seen. */
    long seen() {
        if (failure != null) {
            throw new AssertionError("The reader failed", failure);
        }
        return IntStream.range(0, sums.length())
                .mapToLong(nextSourceOffset::get)
                .sum();
    }

    long sum() {
        return IntStream.range(0, sums.length()).mapToLong(sums::get).sum();
    }

    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
    }
}
