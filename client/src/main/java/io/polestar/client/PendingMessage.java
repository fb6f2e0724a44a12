package io.polestar.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/** A message between {@code publish} and its answer. The queue's lock guards what changes. */
final class PendingMessage {
    final ProducerRecord<byte[], byte[]> message;
    final CompletableFuture<Receipt> receipt = new CompletableFuture<>();
    final long broughtNs = System.nanoTime();
    private final Consumer<Headers> stamp;
    long generation;

    /** @param stamp called once, in the order in which messages enter the queue */
    PendingMessage(ProducerRecord<byte[], byte[]> message, Consumer<Headers> stamp) {
        this.message = message;
        this.stamp = stamp;
    }

    void stamp() {
        stamp.accept(message.headers());
    }

    long waitedNs() {
        return System.nanoTime() - broughtNs;
    }
}
