package io.polestar.broker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A processor on a thread of its own, as applications write them: reads a batch, writes each record to the same partition of
 * another topic and the offsets with it, in one transaction. At random it aborts instead, or dies without a word and is
 * followed by another with the same transactional id. Whatever fails, it begins again from what is committed.
 */
final class ReadProcessWrite {
    private static final int MAX_BATCH = 60;
    private static final double ABORTS = 0.15;
    private static final double DEATHS = 0.03;

    private final String transactionalId;
    private final String bootstrapServers;
    private final String from;
    private final String to;
    private final Random random;
    private final Thread thread;
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger aborts = new AtomicInteger();
    private volatile boolean finishing;
    private volatile Throwable failure;

    private ReadProcessWrite(String transactionalId, String bootstrapServers, String from, String to, long seed) {
        this.transactionalId = transactionalId;
        this.bootstrapServers = bootstrapServers;
        this.from = from;
        this.to = to;
        this.random = new Random(seed);
        this.thread = new Thread(this::run, transactionalId);
    }

    static ReadProcessWrite start(String transactionalId, String bootstrapServers, String from, String to, long seed) {
        ReadProcessWrite processor = new ReadProcessWrite(transactionalId, bootstrapServers, from, to, seed);
        processor.thread.start();
        return processor;
    }

    int commits() {
        return commits.get();
    }

    int aborts() {
        return aborts.get();
    }

    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
        if (failure != null) {
            throw new AssertionError(transactionalId + " failed", failure);
        }
    }

    private void run() {
        while (!finishing) {
            try {
                life();
            } catch (ApiException | InterruptException | IllegalStateException e) {
                // Fenced, timed out, not in time for the group: the next life goes on from what is committed.
            } catch (KafkaException e) {
                if (e.getCause() != null && !(e.getCause() instanceof KafkaException)) {
                    failure = e;
                    return;
                }
            } catch (RuntimeException | Error e) {
                failure = e;
                return;
            }
        }
    }

    private void life() {
        KafkaProducer<String, String> producer = producer();
        try (KafkaConsumer<String, String> consumer = consumer()) {
            producer.initTransactions();
            consumer.subscribe(List.of(from));
            while (!finishing) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                if (!records.isEmpty() && !process(records, producer, consumer)) {
                    return;
                }
            }
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    /** @return whether to live on */
    private boolean process(
            ConsumerRecords<String, String> records,
            KafkaProducer<String, String> producer,
            KafkaConsumer<String, String> consumer) {
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            String value = record.offset() + ":" + record.value();
            producer.send(new ProducerRecord<>(to, record.partition(), record.key(), value));
            offsets.put(new TopicPartition(from, record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        double chance = random.nextDouble();
        if (chance < DEATHS) {
            producer.flush();
            return false;
        }
        if (chance < DEATHS + ABORTS) {
            producer.abortTransaction();
            aborts.incrementAndGet();
            return false;
        }
        producer.commitTransaction();
        commits.incrementAndGet();
        return true;
    }

    private KafkaProducer<String, String> producer() {
        Map<String, Object> configs = new HashMap<>();
        configs.put("bootstrap.servers", bootstrapServers);
        configs.put("transactional.id", transactionalId);
        configs.put("transaction.timeout.ms", 10_000);
        configs.put("delivery.timeout.ms", 20_000);
        configs.put("request.timeout.ms", 5_000);
        configs.put("max.block.ms", 20_000);
        configs.put("reconnect.backoff.max.ms", 200);
        configs.put("batch.size", 500);
        return new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer() {
        Map<String, Object> configs = new HashMap<>();
        configs.put("bootstrap.servers", bootstrapServers);
        configs.put("group.id", "processors");
        configs.put("auto.offset.reset", "earliest");
        configs.put("enable.auto.commit", false);
        configs.put("isolation.level", "read_committed");
        configs.put("session.timeout.ms", 3_000);
        configs.put("heartbeat.interval.ms", 500);
        configs.put("max.poll.records", 1 + random.nextInt(MAX_BATCH));
        configs.put("reconnect.backoff.max.ms", 200);
        configs.put("default.api.timeout.ms", 20_000);
        return new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer());
    }
}
