package io.polestar.broker.share;

import io.polestar.broker.coordinator.CoordinatorFollower;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** The share coordinator's, with the partitions of {@code __share_group_state}. On the metadata loader's thread. */
final class ShareStateTopicFollower extends CoordinatorFollower {
    private final ShareCoordinator coordinator;

    ShareStateTopicFollower(int brokerId, int defaultPartitions, ShareCoordinator coordinator, Runnable afterUpdate) {
        super(Topic.SHARE_GROUP_STATE_TOPIC_NAME, brokerId, defaultPartitions, afterUpdate);
        this.coordinator = coordinator;
    }

    @Override
    public String name() {
        return "ShareCoordinatorPublisher";
    }

    @Override
    protected void startUp(IntSupplier partitionCount) {
        coordinator.startup(partitionCount);
    }

    @Override
    public void onElection(int partition, int leaderEpoch) {
        coordinator.onElection(partition, leaderEpoch);
    }

    @Override
    public void onResignation(int partition, OptionalInt leaderEpoch) {
        coordinator.onResignation(partition, leaderEpoch);
    }

    @Override
    protected void afterLeadership(MetadataDelta delta, MetadataImage image) {
        step("metadata", () -> coordinator.onMetadataUpdate(delta, image));
    }
}
