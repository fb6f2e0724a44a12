package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.group.GroupListener;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopicCollection;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** AlterShareGroupOffsets (KIP-932): sets where a share group without members starts. */
final class AlterShareGroupOffsetsHandler implements ApiHandler<AlterShareGroupOffsetsRequest> {
    private final GroupCoordinator groups;
    private final GroupListener listener;
    private final GroupProtocol protocol;
    private final KRaftMetadataCache metadata;
    private final Access access;

    AlterShareGroupOffsetsHandler(
            GroupCoordinators coordinators, GroupProtocol protocol, KRaftMetadataCache metadata, Access access) {
        this.groups = coordinators.service();
        this.listener = coordinators.listener();
        this.protocol = protocol;
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_SHARE_GROUP_OFFSETS;
    }

    @Override
    public CompletableFuture<AbstractResponse> handle(RequestContext context, AlterShareGroupOffsetsRequest request) {
        protocol.require();
        String groupId = request.data().groupId();
        access.requireOnGroup(context, AclOperation.READ, groupId);
        AlterShareGroupOffsetsResponse.Builder answer = new AlterShareGroupOffsetsResponse.Builder();
        var accepted = new AlterShareGroupOffsetsRequestTopicCollection();
        for (AlterShareGroupOffsetsRequestTopic topic : request.data().topics()) {
            Errors error = refusal(context, topic.topicName());
            if (error == Errors.NONE) {
                accepted.add(topic.duplicate());
            } else {
                topic.partitions()
                        .forEach(partition -> answer.addPartition(
                                topic.topicName(),
                                partition.partitionIndex(),
                                metadata.topicNamesToIds(),
                                new ApiError(error)));
            }
        }
        listener.onCommitAsked(groupId, GroupListener.Committer.of(context, false));
        return groups.alterShareGroupOffsets(
                        context,
                        groupId,
                        new AlterShareGroupOffsetsRequestData()
                                .setGroupId(groupId)
                                .setTopics(accepted))
                .thenApply(done -> answer(request, answer, done));
    }

    private Errors refusal(RequestContext context, String topic) {
        if (!access.allowed(context, AclOperation.READ, ResourceType.TOPIC, topic)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        return metadata.contains(topic) ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private AbstractResponse answer(
            AlterShareGroupOffsetsRequest request,
            AlterShareGroupOffsetsResponse.Builder answer,
            AlterShareGroupOffsetsResponseData done) {
        return done.errorCode() == Errors.NONE.code()
                ? answer.merge(done, metadata.topicNamesToIds()).build()
                : request.getErrorResponse(
                        AbstractResponse.DEFAULT_THROTTLE_TIME, done.errorCode(), done.errorMessage());
    }
}
