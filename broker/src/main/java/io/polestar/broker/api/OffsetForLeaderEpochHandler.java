package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/**
 * OffsetForLeaderEpoch: where a leader epoch ended, so that a client can tell whether what it read was cut off (KIP-320).
 * v2 to v4 differ in nothing but encoding here.
 */
final class OffsetForLeaderEpochHandler implements ApiHandler<OffsetsForLeaderEpochRequest> {
    private final Partitions partitions;
    private final Access access;

    OffsetForLeaderEpochHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(
            RequestContext context, OffsetsForLeaderEpochRequest request) {
        boolean everything = access.allowedOnCluster(context, AclOperation.CLUSTER_ACTION);
        OffsetForLeaderEpochResponseData answer = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : request.data().topics()) {
            boolean allowed =
                    everything || access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic.topic());
            OffsetForLeaderTopicResult topicAnswer = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                topicAnswer
                        .partitions()
                        .add(
                                allowed
                                        ? find(topic.topic(), partition)
                                        : answer(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
            }
            answer.topics().add(topicAnswer);
        }
        return CompletableFuture.completedFuture(new OffsetsForLeaderEpochResponse(answer));
    }

    private EpochEndOffset find(String topic, OffsetForLeaderPartition asked) {
        try {
            Partition partition = partitions.hosted(new TopicPartition(topic, asked.partition()));
            partition.requireLeader(
                    asked.currentLeaderEpoch() == RecordBatch.NO_PARTITION_LEADER_EPOCH
                            ? OptionalInt.empty()
                            : OptionalInt.of(asked.currentLeaderEpoch()));
            return partition
                    .endOfEpoch(asked.leaderEpoch())
                    .map(end -> answer(asked, Errors.NONE)
                            .setLeaderEpoch(end.epoch())
                            .setEndOffset(end.offset()))
                    .orElseGet(() -> answer(asked, Errors.NONE));
        } catch (RuntimeException e) {
            return answer(asked, Errors.forException(e));
        }
    }

    private static EpochEndOffset answer(OffsetForLeaderPartition asked, Errors error) {
        return new EpochEndOffset().setPartition(asked.partition()).setErrorCode(error.code());
    }
}
