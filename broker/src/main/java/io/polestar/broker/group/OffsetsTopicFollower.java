package io.polestar.broker.group;

import io.polestar.broker.coordinator.CoordinatorFollower;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/**
 * The group coordinator's, with the partitions of {@code __consumer_offsets}; passes group configs on as well. On the
 * metadata loader's thread.
 */
final class OffsetsTopicFollower extends CoordinatorFollower {
    private final int brokerId;
    private final GroupCoordinator coordinator;
    private final RecreatedTopics recreatedTopics;

    OffsetsTopicFollower(
            int brokerId,
            int defaultPartitions,
            GroupCoordinator coordinator,
            RecreatedTopics recreatedTopics,
            Runnable afterUpdate) {
        super(Topic.GROUP_METADATA_TOPIC_NAME, brokerId, defaultPartitions, afterUpdate);
        this.brokerId = brokerId;
        this.coordinator = coordinator;
        this.recreatedTopics = recreatedTopics;
    }

    @Override
    public String name() {
        return "GroupCoordinatorPublisher id=" + brokerId;
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
    protected void beforeLeadership(MetadataDelta delta) {
        if (delta.topicsDelta() != null) {
            recreatedTopics.noteDeleted(delta.topicsDelta());
        }
    }

    @Override
    protected void afterLeadership(MetadataDelta delta, MetadataImage image) {
        step("group configs", () -> followGroupConfigs(delta, image));
        step("metadata", () -> coordinator.onMetadataUpdate(delta, image));
    }

    private void followGroupConfigs(MetadataDelta delta, MetadataImage image) {
        if (delta.configsDelta() == null) {
            return;
        }
        for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
            if (resource.type() == ConfigResource.Type.GROUP) {
                coordinator.updateGroupConfig(resource.name(), image.configs().configProperties(resource));
            }
        }
    }
}
