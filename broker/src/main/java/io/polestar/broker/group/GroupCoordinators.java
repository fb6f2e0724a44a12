package io.polestar.broker.group;

import com.yammer.metrics.core.MetricsRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.coordinator.CoordinatorReadiness;
import io.polestar.broker.coordinator.PartitionLogLoader;
import io.polestar.broker.topic.Partitions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Kafka's group coordinator, put together over our partitions. It begins to work with the first metadata image that
 * {@link #publisher()} is given. Safe for use from any thread.
 */
public final class GroupCoordinators implements AutoCloseable {
    private final GroupCoordinatorConfig config;
    private final Supplier<MetadataImage> image;
    private final CoordinatorReadiness readiness;
    private final MetricsRegistry gauges = new MetricsRegistry();
    private final GroupConfigManager configs;
    private final GroupCoordinatorService service;
    private final MemberDepartures departures;
    private final GroupListener listener;
    private final RecreatedTopics recreatedTopics;
    private final OffsetsTopicFollower follower;

    /**
     * @param image the newest metadata image
     * @param verification asks the transaction coordinator
     * @param sharePersister keeps the state of share groups
     * @param departures says which members are gone
     * @param listener is told of members and commits
     * @param authorizer hides topics from the regular expressions of consumers that may not describe them
     */
    public GroupCoordinators(
            BrokerConfig brokerConfig,
            Partitions partitions,
            Supplier<MetadataImage> image,
            OffsetVerification verification,
            Persister sharePersister,
            MemberDepartures departures,
            GroupListener listener,
            Time time,
            Metrics metrics,
            Optional<Plugin<Authorizer>> authorizer) {
        this.config = new GroupCoordinatorConfig(brokerConfig);
        this.image = image;
        this.departures = departures;
        this.listener = listener;
        GroupLog groupLog = new GroupLog(listener);
        int brokerId = brokerConfig.nodeId();
        ShareGroupConfig shareConfig = new ShareGroupConfig(brokerConfig);
        this.configs = new GroupConfigManager(config.extractGroupConfigMap(shareConfig), config, shareConfig);
        this.readiness = new CoordinatorReadiness(brokerId, this::leaderOf);
        this.service = serviceBuilder(brokerConfig, sharePersister, metrics)
                .withTime(time)
                .withLoader(groupLog.listeningTo(new PartitionLogLoader<>(
                        partitions, departures.whileLoading(), config.offsetsLoadBufferSize(), time)))
                .withWriter(new PartitionLogWriter(partitions, readiness, verification, (partition, records) -> {
                    departures.written(records);
                    groupLog.written(partition, records);
                }))
                .withPartitionMetadataClient(new LogEndOffsets(partitions))
                .withAuthorizerPlugin(Optional.of(HiddenTopics.behind(authorizer, metrics)))
                .build();
        this.recreatedTopics = new RecreatedTopics(partitions, time::milliseconds);
        this.follower = new OffsetsTopicFollower(
                brokerId, config.offsetsTopicPartitions(), service, recreatedTopics, readiness::metadataChanged);
    }

    private GroupCoordinatorService.Builder serviceBuilder(
            BrokerConfig brokerConfig, Persister sharePersister, Metrics metrics) {
        return new GroupCoordinatorService.Builder(brokerConfig.nodeId(), config)
                .withTimer(new SystemTimerReaper("group-coordinator-reaper", new SystemTimer("group-coordinator")))
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(gauges, metrics))
                .withGroupConfigManager(configs)
                .withPersister(sharePersister);
    }

    private int leaderOf(TopicPartition partition) {
        TopicImage topic = image.get().topics().getTopic(partition.topic());
        PartitionRegistration registration =
                topic == null ? null : topic.partitions().get(partition.partition());
        return registration == null ? CoordinatorReadiness.NO_LEADER : registration.leader;
    }

    /** What the group APIs are answered by; its methods return futures and never block. */
    public GroupCoordinator service() {
        return service;
    }

    /** The groups' own configs, where they have any. */
    public GroupConfigManager configs() {
        return configs;
    }

    /** How often a member of the streams group is to send heartbeats. */
    public long streamsHeartbeatIntervalMs(String groupId) {
        return configs.groupConfig(groupId)
                .map(GroupConfig::streamsHeartbeatIntervalMs)
                .orElse(config.streamsGroupHeartbeatIntervalMs());
    }

    public MemberDepartures departures() {
        return departures;
    }

    /** Who is to be told that somebody asks for a commit. */
    public GroupListener listener() {
        return listener;
    }

    public RecreatedTopics recreatedTopics() {
        return recreatedTopics;
    }

    /** To be told of metadata <em>after</em> the partitions: a shard is loaded from its partition at once. */
    public MetadataPublisher publisher() {
        return follower;
    }

    /** When the group's coordinator, here or on another broker, can be asked; after two seconds in any case. */
    public CompletableFuture<Void> whenReady(String groupId) {
        return readiness.whenReady(new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, service.partitionFor(groupId)));
    }

    /** When {@link #whenReady} holds for every group. */
    public CompletableFuture<Void> whenAllReady() {
        TopicImage topic = image.get().topics().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
        if (topic == null) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.allOf(topic.partitions().keySet().stream()
                .map(partition -> readiness.whenReady(new TopicPartition(topic.name(), partition)))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Ends a transaction in a partition of {@code __consumer_offsets}: writes its marker, and with a commit its offsets count. */
    public CompletableFuture<Void> endTransaction(
            TopicPartition partition,
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            TransactionResult result,
            short transactionVersion) {
        return service.completeTransaction(
                partition, producerId, producerEpoch, coordinatorEpoch, result, transactionVersion);
    }

    @Override
    public void close() {
        follower.close();
        if (!follower.hasStarted()) {
            // Only what was started shuts down, and its threads run since it was built.
            service.startup(config::offsetsTopicPartitions);
        }
        service.shutdown();
        gauges.shutdown();
    }
}
