package io.polestar.broker.share;

import io.polestar.broker.coordinator.CoordinatorTopic;
import java.util.OptionalInt;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the share coordinator's shards with this broker's leadership of the partitions of {@code
 * __share_group_state}, and passes metadata on to them. Runs on the metadata loader's thread.
 */
final class ShareStateTopicFollower implements MetadataPublisher {
    private static final Logger log = LoggerFactory.getLogger(ShareStateTopicFollower.class);

    private final CoordinatorTopic topic;
    private final ShareCoordinator coordinator;
    private final Runnable afterUpdate;
    private volatile boolean started;
    private volatile boolean closed;

    /** @param afterUpdate called after each update */
    ShareStateTopicFollower(int brokerId, int defaultPartitions, ShareCoordinator coordinator, Runnable afterUpdate) {
        this.topic =
                new CoordinatorTopic(Topic.SHARE_GROUP_STATE_TOPIC_NAME, brokerId, defaultPartitions, new Shards());
        this.coordinator = coordinator;
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
        return "ShareCoordinatorPublisher";
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
        try {
            topic.follow(delta, image);
            coordinator.onMetadataUpdate(delta, image);
        } catch (RuntimeException e) {
            if (!closed) {
                log.error("event=share_coordinator_update_failed", e);
            }
        }
        afterUpdate.run();
    }

    boolean hasStarted() {
        return started;
    }

    @Override
    public void close() {
        closed = true;
    }
}
