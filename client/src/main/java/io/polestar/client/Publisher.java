package io.polestar.client;

import io.polestar.client.config.PublisherConfig;
import io.polestar.client.track.SequenceSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Publishes messages through a bounded queue. Any thread may use it. Messages of one thread to one partition stay in order.
 * The futures that it gives complete on a thread that sends: what follows on them must not wait.
 */
public final class Publisher implements AutoCloseable {
    private final String name;
    private final PublisherConfig config;
    private final SharedProducers.Lease producer;
    private final TopicDurability durability;
    private final PublisherMeters meters;
    private final PublishQueue queue;
    private final Optional<SequenceSource> source;
    private final Thread sender;

    Publisher(
            String name,
            PublisherConfig config,
            SharedProducers.Lease producer,
            TopicDurability durability,
            HubMetrics metrics) {
        this.name = name;
        this.config = config;
        this.producer = producer;
        this.durability = durability;
        this.queue = new PublishQueue(config.queueSize(), config.queueFullBehaviour());
        this.meters = metrics.publisher(name, queue);
        this.source = config.trackSource().map(SequenceSource::new);
        this.sender = new Thread(this::sendAll, "polestar-publisher-" + name);
        sender.setDaemon(true);
        sender.start();
    }

    /**
     * Publishes a value.
     *
     * @param value bytes, a text, or what Jackson maps: a map, a record, any object
     * @return completes when the broker has acknowledged it; exceptionally with a {@link MessageDroppedException}, a {@link
     *     QueueFullException}, a {@link DeliveryTimeoutException}, a {@link PublisherClosedException}, or what Kafka's
     *     producer says ({@link org.apache.kafka.common.KafkaException})
     * @throws IllegalArgumentException if the value cannot be written as JSON
     */
    public CompletableFuture<Receipt> publish(String topic, Object value) {
        return publish(Outgoing.of(topic, value));
    }

    /** Publishes a value with a key, which decides its partition and keeps its order; otherwise as {@link #publish(String, Object)}. */
    public CompletableFuture<Receipt> publish(String topic, Object key, Object value) {
        return publish(Outgoing.of(topic, value).withKey(key));
    }

    /** Publishes a message with all that it may have; otherwise as {@link #publish(String, Object)}. */
    public CompletableFuture<Receipt> publish(Outgoing message) {
        PendingMessage pending = pending(message);
        try {
            PublishQueue.Offer offer = queue.offer(pending);
            offer.dropped().ifPresent(this::drop);
            return switch (offer.outcome()) {
                case TAKEN -> pending.receipt;
                case REFUSED ->
                    fail(pending, new QueueFullException("publisher " + name, message.topic(), config.queueSize()));
                case CLOSED -> fail(pending, new PublisherClosedException("publisher " + name + " is closed"));
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail(pending, e);
        }
    }

    private PendingMessage pending(Outgoing message) {
        ProducerRecord<byte[], byte[]> toSend = new ProducerRecord<>(
                message.topic(),
                message.partition().isPresent() ? message.partition().getAsInt() : null,
                message.timestampMs().isPresent() ? message.timestampMs().getAsLong() : null,
                Payload.bytes(message.key()),
                Payload.bytes(message.value()));
        message.headers().forEach(toSend.headers()::add);
        return new PendingMessage(
                toSend, headers -> source.ifPresent(stamping -> stamping.stamp(message.topic(), headers)));
    }

    private void drop(PendingMessage dropped) {
        meters.dropped();
        fail(dropped, new MessageDroppedException(name, dropped.message.topic(), config.queueSize()));
    }

    private CompletableFuture<Receipt> fail(PendingMessage pending, Throwable cause) {
        meters.failed(cause);
        pending.receipt.completeExceptionally(cause);
        return pending.receipt;
    }

    private void sendAll() {
        try {
            for (PendingMessage next = queue.take(); next != null; next = queue.take()) {
                send(next, producer.get());
            }
        } catch (InterruptedException e) {
            // The publisher is closed, and its time to send is over.
            Thread.currentThread().interrupt();
        }
    }

    private void send(PendingMessage pending, Producer<byte[], byte[]> to) {
        if (pending.waitedNs() > config.deliveryTimeout().toNanos()) {
            answer(
                    pending,
                    null,
                    new DeliveryTimeoutException(pending.message.topic(), pending.waitedNs() / 1_000_000));
            return;
        }
        try {
            to.send(pending.message, (metadata, failure) -> answer(pending, metadata, failure));
        } catch (RuntimeException e) {
            answer(pending, null, e);
        }
    }

    /** The answer is given before it is counted as given: a flush ends after it. */
    private void answer(PendingMessage pending, RecordMetadata metadata, Exception failure) {
        queue.landed();
        if (failure != null) {
            fail(pending, failure);
            queue.answered(pending);
            return;
        }
        meters.acknowledged(pending.waitedNs());
        CompletableFuture<Boolean> durable = config.acks().equals("all")
                ? durability.of(metadata.topic())
                : CompletableFuture.completedFuture(false);
        durable.thenAccept(onDisk -> {
            pending.receipt.complete(new Receipt(
                    metadata.topic(), metadata.partition(), metadata.offset(), metadata.timestamp(), onDisk));
            queue.answered(pending);
        });
    }

    /** Waits until every message that was published before has its answer. */
    public void flush() throws InterruptedException {
        queue.flush(PublishQueue.withoutEnd());
    }

    /** How many messages it gave each topic, if its config gives it a source id; what {@code MessageTracker} compares with. */
    public Optional<SequenceSource> source() {
        return source;
    }

    /** Closes it when every message has its answer; that takes no longer than the delivery deadlines of the last. */
    @Override
    public void close() {
        close(Duration.ofNanos(PublishQueue.withoutEnd()));
    }

    /**
     * Takes no more messages, and waits for the answers of those it has.
     *
     * @param timeout after which those that were not sent fail with a {@link PublisherClosedException}; those in flight
     *     still get their answers
     */
    public void close(Duration timeout) {
        queue.close();
        try {
            queue.flush(timeout.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Optional<PendingMessage> left = queue.abandonNext();
        while (left.isPresent()) {
            fail(
                    left.get(),
                    new PublisherClosedException("publisher " + name + " was closed before it sent a message"));
            left = queue.abandonNext();
        }
        sender.interrupt();
        meters.close();
        producer.close();
    }
}
