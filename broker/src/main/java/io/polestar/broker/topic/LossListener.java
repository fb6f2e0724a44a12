package io.polestar.broker.topic;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Told of what a reader may have missed. Called on the thread that removes or refuses, without a lock held; must not block.
 */
public interface LossListener {

    /** Why records were removed. */
    enum Cause {
        RETENTION_TIME,
        RETENTION_SIZE,
        DELETE_RECORDS,
        TOPIC_DELETED
    }

    /**
     * Records that are no longer there. The removals of a partition follow each other without gap or overlap.
     *
     * @param topicId tells a topic from another one that had its name before
     * @param fromOffset the first offset removed
     * @param toOffset the offset after the last one
     * @param atMs when, milliseconds since the epoch
     */
    record Removal(
            TopicPartition topicPartition, Uuid topicId, long fromOffset, long toOffset, Cause cause, long atMs) {}

    /**
     * A fetch that was answered OFFSET_OUT_OF_RANGE because its offset had been removed.
     *
     * @param offset that was asked for
     * @param startOffset the first one that is left
     * @param clientId the client's own name for itself: a fetch names no group
     * @param atMs when, milliseconds since the epoch
     */
    record LateRead(
            TopicPartition topicPartition, Uuid topicId, long offset, long startOffset, String clientId, long atMs) {}

    void onRemoved(Removal removal);

    void onLateRead(LateRead read);
}
