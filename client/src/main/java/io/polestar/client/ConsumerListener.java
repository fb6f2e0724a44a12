package io.polestar.client;

import java.time.Duration;
import java.util.Collection;
import org.apache.kafka.common.TopicPartition;

/** Hears what happens to a consumer, on the thread where it happens: it must not wait there. */
public interface ConsumerListener extends HubListener {
    /** It reads these, too, from now on. */
    default void onAssigned(Collection<TopicPartition> partitions) {}

    /** It no longer reads these; what was handled of them is committed. */
    default void onRevoked(Collection<TopicPartition> partitions) {}

    /** It fetches no more for now: {@code pause} was called, or the circuit is open. */
    default void onPaused(String reason) {}

    /** It fetches again. */
    default void onResumed() {}

    /** A handler threw and is tried again. */
    default void onRetry(Message message, int failedAttempts, Throwable cause, Duration after) {}

    /** A message went to a dead-letter topic. */
    default void onDeadLetter(Message message, Receipt letter, Throwable cause) {}

    /** A message was dropped from the full queue. It is in the log: a replay from its offset has it. */
    default void onDropped(Message message) {}

    /** It stopped because of this. */
    default void onFailed(Throwable cause) {}
}
