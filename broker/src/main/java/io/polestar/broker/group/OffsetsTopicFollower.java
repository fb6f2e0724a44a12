package io.polestar.broker.group;

import java.util.OptionalInt;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.LocalReplicaChanges;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;
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
    private static final String TOPIC = Topic.GROUP_METADATA_TOPIC_NAME;

    private final int brokerId;
    private final int defaultPartitions;
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
        this.defaultPartitions = defaultPartitions;
        this.coordinator = coordinator;
        this.recreatedTopics = recreatedTopics;
        this.afterUpdate = afterUpdate;
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
            coordinator.startup(() -> partitionCount(image));
        }
        step("leadership", () -> followLeadership(delta, image));
        step("group configs", () -> followGroupConfigs(delta, image));
        step("metadata", () -> coordinator.onMetadataUpdate(delta, image));
        afterUpdate.run();
    }

    boolean hasStarted() {
        return started;
    }

    private int partitionCount(MetadataImage image) {
        TopicImage topic = image.topics().getTopic(TOPIC);
        return topic == null ? defaultPartitions : topic.partitions().size();
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

    private void followLeadership(MetadataDelta delta, MetadataImage image) {
        TopicsDelta topics = delta.topicsDelta();
        if (topics == null) {
            return;
        }
        recreatedTopics.noteDeleted(topics);
        if (topics.topicWasDeleted(TOPIC)) {
            resignDeleted(topics.image().getTopic(TOPIC));
        }
        TopicImage topic = image.topics().getTopic(TOPIC);
        TopicDelta changes = topic == null ? null : topics.changedTopic(topic.id());
        if (changes != null) {
            apply(changes.localChanges(brokerId));
        }
    }

    /** Without an epoch: the leader epoch does not grow when a topic is deleted, so it could not be compared. */
    private void resignDeleted(TopicImage deleted) {
        deleted.partitions().forEach((partition, registration) -> {
            if (registration.leader == brokerId) {
                coordinator.onResignation(partition, OptionalInt.empty());
            }
        });
    }

    private void apply(LocalReplicaChanges changes) {
        changes.deletes().forEach(p -> coordinator.onResignation(p.partition(), OptionalInt.empty()));
        changes.electedLeaders()
                .forEach((p, info) -> coordinator.onElection(p.partition(), info.partition().leaderEpoch));
        changes.followers()
                .forEach((p, info) ->
                        coordinator.onResignation(p.partition(), OptionalInt.of(info.partition().leaderEpoch)));
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
