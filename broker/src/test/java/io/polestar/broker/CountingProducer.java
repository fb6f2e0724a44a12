package io.polestar.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * An idempotent producer on a thread of its own that sends numbers, one after the other, to the partitions in turn until
 * told to finish, across the broker's restarts.
 */
final class CountingProducer {
    private static final int MAX_UNACKNOWLEDGED = 500;

    private final String name;
    private final String topic;
    private final int partitions;
    private final KafkaProducer<String, String> producer;
    private final Semaphore unacknowledged = new Semaphore(MAX_UNACKNOWLEDGED);
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run);
    private volatile boolean finishing;
    private int sent;

    private CountingProducer(String name, String topic, int partitions, String bootstrapServers) {
        this.name = name;
        this.topic = topic;
        this.partitions = partitions;
        Map<String, Object> configs = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "enable.idempotence",
                true,
                "delivery.timeout.ms",
                300_000,
                "reconnect.backoff.max.ms",
                200,
                "compression.type",
                "lz4");
        this.producer = new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer());
    }

    static CountingProducer start(String name, String topic, int partitions, String bootstrapServers) {
        CountingProducer producer = new CountingProducer(name, topic, partitions, bootstrapServers);
        producer.thread.start();
        return producer;
    }

    private void run() {
        while (!finishing && failure.get() == null) {
            unacknowledged.acquireUninterruptibly();
            send(sent++);
        }
        producer.flush();
    }

    private void send(int number) {
        ProducerRecord<String, String> record =
                new ProducerRecord<>(topic, number % partitions, name, Integer.toString(number));
        producer.send(record, (metadata, exception) -> {
            unacknowledged.release();
            if (exception == null) {
                acknowledged.incrementAndGet();
            } else {
                failure.compareAndSet(null, exception);
            }
        });
    }

    String name() {
        return name;
    }

    int acknowledged() {
        return acknowledged.get();
    }

    void awaitAcknowledged(int count) {
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .pollInterval(5, TimeUnit.MILLISECONDS)
                .until(() -> {
                    if (failure.get() != null) {
                        throw new AssertionError(name + " failed", failure.get());
                    }
                    return acknowledged.get() >= count;
                });
    }

    /** Sends no more; returns when everything sent is acknowledged. */
    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
        producer.close();
        if (failure.get() != null || acknowledged.get() != sent) {
            throw new AssertionError(name + ": acknowledged " + acknowledged + " of " + sent, failure.get());
        }
    }

    /** What was sent to each partition, in order; all of it is acknowledged after {@link #finish}. */
    List<List<Integer>> sentByPartition() {
        List<List<Integer>> numbers = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            numbers.add(new ArrayList<>());
        }
        for (int number = 0; number < sent; number++) {
            numbers.get(number % partitions).add(number);
        }
        return numbers;
    }
}
