package io.polestar.broker.topic;

import org.apache.kafka.common.TopicPartition;

/**
 * Told of what a reader may have missed. Called on the thread that removes or refuses, without a lock held; must not block.
 */
public interface LossListener {

    /** Why records were removed. */
    enum Cause {
        RETENTION_TIME,
        RETENTION_SIZE,
        DELETE_RECORDS
    }

    /** Records [{@code fromOffset}, {@code toOffset}) are no longer there. */
    void onRemoved(TopicPartition topicPartition, long fromOffset, long toOffset, Cause cause);

    /**
     * A client asked for an offset that is no longer there, and was answered OFFSET_OUT_OF_RANGE.
     *
     * @param offset that it asked for
     * @param startOffset the first one that is left
     */
    void onReadBelowStart(TopicPartition topicPartition, long offset, long startOffset, String clientId);
}
