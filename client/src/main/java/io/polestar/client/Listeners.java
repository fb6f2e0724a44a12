package io.polestar.client;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several listeners as one; one that throws is logged, and harms nobody. Any thread. */
final class Listeners implements ConsumerListener {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final List<ConsumerListener> all = new CopyOnWriteArrayList<>();

    void add(ConsumerListener listener) {
        all.add(listener);
    }

    private void tell(Consumer<ConsumerListener> event) {
        for (ConsumerListener listener : all) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                log.error(
                        "event=listener_failed listener={}", listener.getClass().getName(), e);
            }
        }
    }

    @Override
    public void onDisconnected(Throwable cause) {
        tell(one -> one.onDisconnected(cause));
    }

    @Override
    public void onReconnected(Duration after) {
        tell(one -> one.onReconnected(after));
    }

    @Override
    public void onAssigned(Collection<TopicPartition> partitions) {
        tell(one -> one.onAssigned(partitions));
    }

    @Override
    public void onRevoked(Collection<TopicPartition> partitions) {
        tell(one -> one.onRevoked(partitions));
    }

    @Override
    public void onPaused(String reason) {
        tell(one -> one.onPaused(reason));
    }

    @Override
    public void onResumed() {
        tell(ConsumerListener::onResumed);
    }

    @Override
    public void onRetry(Message message, int failedAttempts, Throwable cause, Duration after) {
        tell(one -> one.onRetry(message, failedAttempts, cause, after));
    }

    @Override
    public void onDeadLetter(Message message, Receipt letter, Throwable cause) {
        tell(one -> one.onDeadLetter(message, letter, cause));
    }

    @Override
    public void onDropped(Message message) {
        tell(one -> one.onDropped(message));
    }

    @Override
    public void onFailed(Throwable cause) {
        tell(one -> one.onFailed(cause));
    }
}
