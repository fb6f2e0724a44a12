package io.polestar.broker.share;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * Told of how far share groups are and of what they give up. States come in the order of the share coordinator's log, on its threads;
 * must not block.
 */
public interface ShareListener {

    /** Why nobody of the group will be given records again, though none accepted them. */
    enum GivenUp {
        /** A member said that they cannot be processed. */
        REJECTED,
        /** They were delivered as often as they may be. */
        DELIVERED_TOO_OFTEN,
        /** They were delivered and came back, and then the log removed them. */
        REMOVED
    }

    /**
     * How far a group is in a partition.
     *
     * @param startOffset below it, everything is done
     * @param done what is done behind it
     * @param reset whether an administrator set it
     * @param loaded whether that was before this coordinator began
     */
    record State(
            String group,
            TopicPartition topicPartition,
            long startOffset,
            List<OffsetRange> done,
            boolean reset,
            boolean loaded) {}

    void onState(State state);

    /** The group has no state there any more. */
    void onForgotten(String group, TopicPartition topicPartition);

    /** Called on any thread, without a lock. */
    void onGivenUp(String group, Partition partition, OffsetRange range, GivenUp reason);

    /** Listens to nothing. */
    ShareListener NONE = new ShareListener() {
        @Override
        public void onState(State state) {}

        @Override
        public void onForgotten(String group, TopicPartition topicPartition) {}

        @Override
        public void onGivenUp(String group, Partition partition, OffsetRange range, GivenUp reason) {}
    };
}
