package io.polestar.broker.topic;

import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.metadata.PartitionRegistration;

/** Who leads, as this broker knows it. */
record Leadership(boolean leading, int epoch, int inSyncReplicas, int replicas) {
    static final Leadership NONE = new Leadership(false, -1, 0, 0);

    static Leadership of(PartitionRegistration registration, int nodeId) {
        return new Leadership(
                registration.leader == nodeId,
                registration.leaderEpoch,
                registration.isr.length,
                registration.replicas.length);
    }

    void require(OptionalInt clientEpoch, TopicPartition topicPartition) {
        if (clientEpoch.isPresent() && clientEpoch.getAsInt() != epoch) {
            String both = "leader epoch " + clientEpoch.getAsInt() + " asked for, " + epoch + " current, of "
                    + topicPartition;
            throw clientEpoch.getAsInt() < epoch
                    ? new FencedLeaderEpochException("Older " + both)
                    : new UnknownLeaderEpochException("Newer " + both);
        }
        if (!leading) {
            throw new NotLeaderOrFollowerException("This broker does not lead " + topicPartition);
        }
    }

    void requireEnoughReplicas(int configured, TopicPartition topicPartition) {
        int required = Math.min(configured, replicas);
        if (inSyncReplicas < required) {
            throw new NotEnoughReplicasException("The size of the current ISR " + inSyncReplicas
                    + " is insufficient to satisfy the min.isr requirement of " + required + " for "
                    + topicPartition);
        }
    }
}
