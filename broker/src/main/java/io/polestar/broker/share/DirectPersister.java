package io.polestar.broker.share;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateResult;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateResult;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.PartitionInfoData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateResult;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryResult;
import org.apache.kafka.server.share.persister.TopicData;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.WriteShareGroupStateResult;

/**
 * Keeps the state of share groups with the share coordinator of this process: a call instead of a request. The first use
 * creates the coordinator's topic. Safe for use from any thread; never blocks.
 */
public final class DirectPersister implements Persister {
    private static final RequestContext CONTEXT = new RequestContext(
            new RequestHeader(
                    ApiKeys.WRITE_SHARE_GROUP_STATE,
                    ApiKeys.WRITE_SHARE_GROUP_STATE.latestVersion(),
                    "polestar-share-state",
                    0),
            "polestar-share-state",
            InetAddress.getLoopbackAddress(),
            KafkaPrincipal.ANONYMOUS,
            ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
            SecurityProtocol.PLAINTEXT,
            ClientInformation.EMPTY,
            false);

    private final ShareCoordinators coordinators;
    private final Supplier<CompletableFuture<Errors>> topicCreation;

    /** @param topicCreation creates the coordinator's topic */
    public DirectPersister(ShareCoordinators coordinators, Supplier<CompletableFuture<Errors>> topicCreation) {
        this.coordinators = coordinators;
        this.topicCreation = topicCreation;
    }

    @Override
    public CompletableFuture<InitializeShareGroupStateResult> initializeState(
            InitializeShareGroupStateParameters parameters) {
        var all = parameters.groupTopicPartitionData();
        var topics = topics(
                all,
                (topic, partitions) -> new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(topic.topicId())
                        .setPartitions(partitions.stream()
                                .map(each -> new InitializeShareGroupStateRequestData.PartitionData()
                                        .setPartition(each.partition())
                                        .setStateEpoch(each.stateEpoch())
                                        .setStartOffset(each.startOffset()))
                                .toList()));
        var request = new InitializeShareGroupStateRequestData()
                .setGroupId(all.groupId())
                .setTopics(topics);
        return whenReady(all)
                .thenCompose(none -> coordinators.service().initializeState(CONTEXT, request))
                .thenApply(InitializeShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<ReadShareGroupStateResult> readState(ReadShareGroupStateParameters parameters) {
        var all = parameters.groupTopicPartitionData();
        var topics = topics(
                all,
                (topic, partitions) -> new ReadShareGroupStateRequestData.ReadStateData()
                        .setTopicId(topic.topicId())
                        .setPartitions(partitions.stream()
                                .map(each -> new ReadShareGroupStateRequestData.PartitionData()
                                        .setPartition(each.partition())
                                        .setLeaderEpoch(each.leaderEpoch()))
                                .toList()));
        var request =
                new ReadShareGroupStateRequestData().setGroupId(all.groupId()).setTopics(topics);
        return whenReady(all)
                .thenCompose(none -> coordinators.service().readState(CONTEXT, request))
                .thenApply(ReadShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<WriteShareGroupStateResult> writeState(WriteShareGroupStateParameters parameters) {
        var all = parameters.groupTopicPartitionData();
        var topics = topics(
                all,
                (topic, partitions) -> new WriteShareGroupStateRequestData.WriteStateData()
                        .setTopicId(topic.topicId())
                        .setPartitions(partitions.stream()
                                .map(each -> new WriteShareGroupStateRequestData.PartitionData()
                                        .setPartition(each.partition())
                                        .setStateEpoch(each.stateEpoch())
                                        .setLeaderEpoch(each.leaderEpoch())
                                        .setStartOffset(each.startOffset())
                                        .setDeliveryCompleteCount(each.deliveryCompleteCount())
                                        .setStateBatches(each.stateBatches().stream()
                                                .map(batch -> new WriteShareGroupStateRequestData.StateBatch()
                                                        .setFirstOffset(batch.firstOffset())
                                                        .setLastOffset(batch.lastOffset())
                                                        .setDeliveryState(batch.deliveryState())
                                                        .setDeliveryCount(batch.deliveryCount()))
                                                .toList()))
                                .toList()));
        var request =
                new WriteShareGroupStateRequestData().setGroupId(all.groupId()).setTopics(topics);
        return whenReady(all)
                .thenCompose(none -> coordinators.service().writeState(CONTEXT, request))
                .thenApply(WriteShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<DeleteShareGroupStateResult> deleteState(DeleteShareGroupStateParameters parameters) {
        var all = parameters.groupTopicPartitionData();
        var topics = topics(
                all,
                (topic, partitions) -> new DeleteShareGroupStateRequestData.DeleteStateData()
                        .setTopicId(topic.topicId())
                        .setPartitions(partitions.stream()
                                .map(each -> new DeleteShareGroupStateRequestData.PartitionData()
                                        .setPartition(each.partition()))
                                .toList()));
        var request =
                new DeleteShareGroupStateRequestData().setGroupId(all.groupId()).setTopics(topics);
        return whenReady(all)
                .thenCompose(none -> coordinators.service().deleteState(CONTEXT, request))
                .thenApply(DeleteShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<ReadShareGroupStateSummaryResult> readSummary(
            ReadShareGroupStateSummaryParameters parameters) {
        var all = parameters.groupTopicPartitionData();
        var topics = topics(
                all,
                (topic, partitions) -> new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                        .setTopicId(topic.topicId())
                        .setPartitions(partitions.stream()
                                .map(each -> new ReadShareGroupStateSummaryRequestData.PartitionData()
                                        .setPartition(each.partition())
                                        .setLeaderEpoch(each.leaderEpoch()))
                                .toList()));
        var request = new ReadShareGroupStateSummaryRequestData()
                .setGroupId(all.groupId())
                .setTopics(topics);
        return whenReady(all)
                .thenCompose(none -> coordinators.service().readStateSummary(CONTEXT, request))
                .thenApply(ReadShareGroupStateSummaryResult::from);
    }

    private static <P extends PartitionInfoData, T> List<T> topics(
            GroupTopicPartitionData<P> all, BiFunction<TopicData<P>, List<P>, T> topic) {
        return all.topicsData().stream()
                .map(each -> topic.apply(each, each.partitions()))
                .toList();
    }

    /** When the topic is there and what is asked for is loaded. */
    private <P extends PartitionIdData> CompletableFuture<Void> whenReady(GroupTopicPartitionData<P> all) {
        CompletableFuture<?> topic =
                coordinators.hasTopic() ? CompletableFuture.completedFuture(null) : topicCreation.get();
        return topic.thenCompose(none -> CompletableFuture.allOf(all.topicsData().stream()
                .flatMap(each -> each.partitions().stream()
                        .map(partition ->
                                SharePartitionKey.getInstance(all.groupId(), each.topicId(), partition.partition())))
                .map(coordinators::whenReady)
                .toArray(CompletableFuture<?>[]::new)));
    }

    /** The coordinator is closed by who built it. */
    @Override
    public void stop() {}
}
