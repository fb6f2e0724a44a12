package io.polestar.broker.hub.ledger;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.RebalanceInProgressException;

/** A consumer on a thread of its own, until it is closed; it commits then, and leaves. */
final class GroupReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopped;

    /** @param afterPoll does what is special about it */
    GroupReader(
            KafkaConsumer<String, String> consumer,
            BiConsumer<KafkaConsumer<String, String>, ConsumerRecords<String, String>> afterPoll) {
        thread = new Thread(() -> run(consumer, afterPoll), "reader");
        thread.start();
    }

    private void run(
            KafkaConsumer<String, String> consumer,
            BiConsumer<KafkaConsumer<String, String>, ConsumerRecords<String, String>> afterPoll) {
        try (consumer) {
            while (!stopped) {
                afterPoll.accept(consumer, consumer.poll(POLL));
            }
            consumer.commitSync();
        } catch (CommitFailedException | RebalanceInProgressException e) {
            // Whoever has its partitions now goes on from what is committed.
        } catch (Throwable e) {
            failure.set(e);
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }
}
