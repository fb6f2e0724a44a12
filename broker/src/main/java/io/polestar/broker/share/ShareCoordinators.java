package io.polestar.broker.share;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.coordinator.CoordinatorReadiness;
import io.polestar.broker.coordinator.PartitionLogLoader;
import io.polestar.broker.group.PartitionLogWriter;
import io.polestar.broker.topic.Partitions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorService;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorRuntimeMetrics;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Kafka's share coordinator, put together over our partitions. It begins to work with the first metadata image that {@link
 * #publisher()} is given. Safe for use from any thread.
 */
public final class ShareCoordinators implements AutoCloseable {
    private final ShareCoordinatorConfig config;
    private final Supplier<MetadataImage> image;
    private final CoordinatorReadiness readiness;
    private final ShareCoordinatorService service;
    private final ShareStateTopicFollower follower;

    /**
     * @param image the newest metadata image
     * @param listener is told of the groups' states
     */
    public ShareCoordinators(
            BrokerConfig brokerConfig,
            Partitions partitions,
            Supplier<MetadataImage> image,
            ShareListener listener,
            Time time,
            Metrics metrics) {
        this.config = new ShareCoordinatorConfig(brokerConfig);
        this.image = image;
        int brokerId = brokerConfig.nodeId();
        ShareStateLog stateLog = new ShareStateLog(image, listener);
        this.readiness = new CoordinatorReadiness(brokerId, this::leaderOf);
        this.service = new ShareCoordinatorService.Builder(brokerId, config)
                .withTimer(new SystemTimerReaper("share-coordinator-reaper", new SystemTimer("share-coordinator")))
                .withTime(time)
                .withLoader(stateLog.listeningTo(new PartitionLogLoader<>(
                        partitions, new ShareCoordinatorRecordSerde(), config.shareCoordinatorLoadBufferSize(), time)))
                .withWriter(PartitionLogWriter.withoutTransactions(partitions, readiness, stateLog::written))
                .withCoordinatorRuntimeMetrics(new ShareCoordinatorRuntimeMetrics(metrics))
                .withCoordinatorMetrics(new ShareCoordinatorMetrics(metrics))
                .build();
        this.follower = new ShareStateTopicFollower(
                brokerId, config.shareCoordinatorStateTopicNumPartitions(), service, readiness::metadataChanged);
    }

    private int leaderOf(TopicPartition partition) {
        TopicImage topic = image.get().topics().getTopic(partition.topic());
        PartitionRegistration registration =
                topic == null ? null : topic.partitions().get(partition.partition());
        return registration == null ? CoordinatorReadiness.NO_LEADER : registration.leader;
    }

    /** What the share state APIs are answered by; its methods return futures and never block. */
    public ShareCoordinator service() {
        return service;
    }

    /** To be told of metadata <em>after</em> the partitions: a shard is loaded from its partition at once. */
    public MetadataPublisher publisher() {
        return follower;
    }

    boolean hasTopic() {
        return image.get().topics().getTopic(Topic.SHARE_GROUP_STATE_TOPIC_NAME) != null;
    }

    public int partitionFor(SharePartitionKey key) {
        return service.partitionFor(key);
    }

    /** When the coordinator of the share partition can be asked; after two seconds in any case. */
    public CompletableFuture<Void> whenReady(SharePartitionKey key) {
        return readiness.whenReady(new TopicPartition(Topic.SHARE_GROUP_STATE_TOPIC_NAME, partitionFor(key)));
    }

    @Override
    public void close() {
        follower.close();
        if (!follower.hasStarted()) {
            // Only what was started shuts down, and its threads run since it was built.
            service.startup(config::shareCoordinatorStateTopicNumPartitions);
        }
        service.shutdown();
    }
}
