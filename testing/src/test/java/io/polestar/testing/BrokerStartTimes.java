package io.polestar.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A program: how long a test waits for its broker's first acknowledged record, cold, warm, and with ten at once. */
public final class BrokerStartTimes {
    private static final int BROKERS = 10;

    private BrokerStartTimes() {}

    public static void main(String[] args) {
        List<PolestarBroker> brokers = new ArrayList<>();
        for (int i = 0; i < BROKERS; i++) {
            long beginNs = System.nanoTime();
            PolestarBroker broker = PolestarBroker.start();
            long servesNs = System.nanoTime();
            publish(broker);
            long publishedNs = System.nanoTime();
            System.out.printf(
                    "broker %d: start %d ms, first record %d ms%n",
                    i + 1, (servesNs - beginNs) / 1_000_000, (publishedNs - servesNs) / 1_000_000);
            brokers.add(broker);
        }
        brokers.forEach(PolestarBroker::close);
        long beginNs = System.nanoTime();
        List<CompletableFuture<PolestarBroker>> together = new ArrayList<>();
        for (int i = 0; i < BROKERS; i++) {
            together.add(CompletableFuture.supplyAsync(() -> {
                PolestarBroker broker = PolestarBroker.start();
                publish(broker);
                return broker;
            }));
        }
        together.forEach(CompletableFuture::join);
        System.out.printf("ten at once: %d ms%n", (System.nanoTime() - beginNs) / 1_000_000);
        together.forEach(one -> one.join().close());
    }

    private static void publish(PolestarBroker broker) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("t", new byte[1])).get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
