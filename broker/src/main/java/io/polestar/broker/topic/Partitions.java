package io.polestar.broker.topic;

import java.util.Collection;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** All partitions of this broker; follows the metadata image. Safe for use from any thread. */
public final class Partitions {

    public Optional<Partition> find(TopicPartition topicPartition) {
        throw new UnsupportedOperationException();
    }

    /**
     * The partition if this broker leads it.
     *
     * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is none
     * @throws org.apache.kafka.common.errors.NotLeaderOrFollowerException if another broker leads it
     * @throws org.apache.kafka.common.errors.KafkaStorageException if its log is offline
     */
    public Partition leader(TopicPartition topicPartition) {
        throw new UnsupportedOperationException();
    }

    /** Every partition, in no order. */
    public Collection<Partition> all() {
        throw new UnsupportedOperationException();
    }
}
