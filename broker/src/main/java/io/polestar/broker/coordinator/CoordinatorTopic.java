package io.polestar.broker.coordinator;

import java.util.OptionalInt;
import org.apache.kafka.image.LocalReplicaChanges;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;

/**
 * Tells a coordinator which partitions of its topic this broker begins and ceases to lead. Called on the metadata loader's
 * thread.
 */
public final class CoordinatorTopic {

    /** What begins and ends with the leadership of a partition. */
    public interface Shards {
        void onElection(int partition, int leaderEpoch);

        /** @param leaderEpoch empty where the topic is deleted */
        void onResignation(int partition, OptionalInt leaderEpoch);
    }

    private final String name;
    private final int brokerId;
    private final int defaultPartitions;
    private final Shards shards;

    /** @param defaultPartitions how many partitions the topic will have once it is created */
    public CoordinatorTopic(String name, int brokerId, int defaultPartitions, Shards shards) {
        this.name = name;
        this.brokerId = brokerId;
        this.defaultPartitions = defaultPartitions;
        this.shards = shards;
    }

    public int partitionCount(MetadataImage image) {
        TopicImage topic = image.topics().getTopic(name);
        return topic == null ? defaultPartitions : topic.partitions().size();
    }

    public void follow(MetadataDelta delta, MetadataImage image) {
        TopicsDelta topics = delta.topicsDelta();
        if (topics == null) {
            return;
        }
        if (topics.topicWasDeleted(name)) {
            resignDeleted(topics.image().getTopic(name));
        }
        TopicImage topic = image.topics().getTopic(name);
        TopicDelta changes = topic == null ? null : topics.changedTopic(topic.id());
        if (changes != null) {
            apply(changes.localChanges(brokerId));
        }
    }

    /** Without an epoch: the leader epoch does not grow when a topic is deleted, so it could not be compared. */
    private void resignDeleted(TopicImage deleted) {
        deleted.partitions().forEach((partition, registration) -> {
            if (registration.leader == brokerId) {
                shards.onResignation(partition, OptionalInt.empty());
            }
        });
    }

    private void apply(LocalReplicaChanges changes) {
        changes.deletes().forEach(p -> shards.onResignation(p.partition(), OptionalInt.empty()));
        changes.electedLeaders().forEach((p, info) -> shards.onElection(p.partition(), info.partition().leaderEpoch));
        changes.followers()
                .forEach(
                        (p, info) -> shards.onResignation(p.partition(), OptionalInt.of(info.partition().leaderEpoch)));
    }
}
