package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.group.GroupListener;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * TxnOffsetCommit: a group's offsets, which count when the transaction commits.
 *
 * <ul>
 *   <li>to v1: COORDINATOR_LOAD_IN_PROGRESS is told as COORDINATOR_NOT_AVAILABLE, which old producers survive.
 *   <li>v5: the group becomes part of the transaction by this (KIP-890).
 * </ul>
 */
final class TxnOffsetCommitHandler implements ApiHandler<TxnOffsetCommitRequest> {
    private static final short FIRST_VERSION_WITH_LOADING = 2;

    private final GroupCoordinator groups;
    private final GroupListener listener;
    private final KRaftMetadataCache metadata;
    private final Access access;

    TxnOffsetCommitHandler(GroupCoordinators groups, KRaftMetadataCache metadata, Access access) {
        this.groups = groups.service();
        this.listener = groups.listener();
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.TXN_OFFSET_COMMIT;
    }

    @Override
    public CompletableFuture<TxnOffsetCommitResponse> handle(RequestContext context, TxnOffsetCommitRequest request) {
        TxnOffsetCommitRequestData data = request.data();
        String id = data.transactionalId();
        access.requireOnTransactionalId(context, AclOperation.WRITE, id);
        access.requireOnGroup(context, AclOperation.READ, data.groupId());
        TxnOffsetCommitResponse.Builder answer = new TxnOffsetCommitResponse.Builder();
        List<TxnOffsetCommitRequestTopic> accepted = accepted(context, data, answer);
        if (accepted.isEmpty()) {
            return CompletableFuture.completedFuture(answer.build());
        }
        listener.onCommitAsked(data.groupId(), GroupListener.Committer.of(context, true));
        TxnOffsetCommitRequestData rest = new TxnOffsetCommitRequestData()
                .setGroupId(data.groupId())
                .setMemberId(data.memberId())
                .setGenerationId(data.generationId())
                .setGroupInstanceId(data.groupInstanceId())
                .setProducerEpoch(data.producerEpoch())
                .setProducerId(data.producerId())
                .setTransactionalId(id)
                .setTopics(accepted);
        return groups.commitTransactionalOffsets(context, rest, BufferSupplier.NO_CACHING)
                .handle((committed, failure) ->
                        failure == null ? answer.merge(committed).build() : request.getErrorResponse(failure))
                .thenApply(response -> understood(context, response));
    }

    private List<TxnOffsetCommitRequestTopic> accepted(
            RequestContext context, TxnOffsetCommitRequestData data, TxnOffsetCommitResponse.Builder answer) {
        Set<String> allowed = access.allowedNames(
                context, AclOperation.READ, ResourceType.TOPIC, data.topics(), TxnOffsetCommitRequestTopic::name);
        List<TxnOffsetCommitRequestTopic> accepted = new ArrayList<>();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            if (!allowed.contains(topic.name())) {
                refuse(topic, Errors.TOPIC_AUTHORIZATION_FAILED, answer);
            } else if (!metadata.contains(topic.name())) {
                refuse(topic, Errors.UNKNOWN_TOPIC_OR_PARTITION, answer);
            } else {
                addKnown(topic, accepted, answer);
            }
        }
        return accepted;
    }

    private static void refuse(
            TxnOffsetCommitRequestTopic topic, Errors error, TxnOffsetCommitResponse.Builder answer) {
        answer.addPartitions(topic.name(), topic.partitions(), TxnOffsetCommitRequestPartition::partitionIndex, error);
    }

    private void addKnown(
            TxnOffsetCommitRequestTopic topic,
            List<TxnOffsetCommitRequestTopic> accepted,
            TxnOffsetCommitResponse.Builder answer) {
        TxnOffsetCommitRequestTopic known = new TxnOffsetCommitRequestTopic().setName(topic.name());
        for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
            if (metadata.contains(new TopicPartition(topic.name(), partition.partitionIndex()))) {
                known.partitions().add(partition);
            } else {
                answer.addPartition(topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!known.partitions().isEmpty()) {
            accepted.add(known);
        }
    }

    private static TxnOffsetCommitResponse understood(RequestContext context, TxnOffsetCommitResponse response) {
        if (context.apiVersion() < FIRST_VERSION_WITH_LOADING) {
            response.data().topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .filter(partition -> partition.errorCode() == Errors.COORDINATOR_LOAD_IN_PROGRESS.code())
                    .forEach(partition -> partition.setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code()));
        }
        return response;
    }
}
