package io.polestar.broker.group;

import io.polestar.broker.coordinator.CoordinatorTopic;
import java.util.OptionalInt;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the group coordinator's shards with this broker's leadership of the partitions of
 * {@code __consumer_offsets}, and passes metadata and group configs on to them. Runs on the metadata loader's thread.
 */
final class OffsetsTopicFollower implements MetadataPublisher {
    private static final Logger log = LoggerFactory.getLogger(OffsetsTopicFollower.class);

    private final int brokerId;
    private final CoordinatorTopic topic;
    private final GroupCoordinator coordinator;
    private final RecreatedTopics recreatedTopics;
    private final Runnable afterUpdate;
    private volatile boolean started;
    private volatile boolean closed;

    /**
     * @param defaultPartitions how many partitions {@code __consumer_offsets} will have once it is created
     * @param afterUpdate called after each update
     */
    OffsetsTopicFollower(
            int brokerId,
            int defaultPartitions,
            GroupCoordinator coordinator,
            RecreatedTopics recreatedTopics,
            Runnable afterUpdate) {
        this.brokerId = brokerId;
        this.topic = new CoordinatorTopic(Topic.GROUP_METADATA_TOPIC_NAME, brokerId, defaultPartitions, new Shards());
        this.coordinator = coordinator;
        this.recreatedTopics = recreatedTopics;
        this.afterUpdate = afterUpdate;
    }

    private final class Shards implements CoordinatorTopic.Shards {
        @Override
        public void onElection(int partition, int leaderEpoch) {
            coordinator.onElection(partition, leaderEpoch);
        }

        @Override
        public void onResignation(int partition, OptionalInt leaderEpoch) {
            coordinator.onResignation(partition, leaderEpoch);
        }
    }

    @Override
    public String name() {
        return "GroupCoordinatorPublisher id=" + brokerId;
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        if (closed) {
            return;
        }
        if (!started) {
            started = true;
            coordinator.startup(() -> topic.partitionCount(image));
        }
        step("leadership", () -> followTopics(delta, image));
        step("group configs", () -> followGroupConfigs(delta, image));
        step("metadata", () -> coordinator.onMetadataUpdate(delta, image));
        afterUpdate.run();
    }

    boolean hasStarted() {
        return started;
    }

    /** One part that fails must not keep the others from their news. */
    private void step(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            if (!closed) {
                log.error("The group coordinator could not follow a change of {}", what, e);
            }
        }
    }

    private void followTopics(MetadataDelta delta, MetadataImage image) {
        if (delta.topicsDelta() != null) {
            recreatedTopics.noteDeleted(delta.topicsDelta());
        }
        topic.follow(delta, image);
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

    @Override
    public void close() {
        closed = true;
    }
}
