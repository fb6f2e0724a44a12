package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DeleteShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.DeleteShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** DeleteShareGroupOffsets (KIP-932): a share group without members forgets topics. */
final class DeleteShareGroupOffsetsHandler implements ApiHandler<DeleteShareGroupOffsetsRequest> {
    private final GroupCoordinator groups;
    private final GroupProtocol protocol;
    private final Access access;

    DeleteShareGroupOffsetsHandler(GroupCoordinator groups, GroupProtocol protocol, Access access) {
        this.groups = groups;
        this.protocol = protocol;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_SHARE_GROUP_OFFSETS;
    }

    @Override
    public CompletableFuture<AbstractResponse> handle(RequestContext context, DeleteShareGroupOffsetsRequest request) {
        protocol.require();
        String groupId = request.data().groupId();
        access.requireOnGroup(context, AclOperation.DELETE, groupId);
        List<DeleteShareGroupOffsetsRequestTopic> allowed = new ArrayList<>();
        List<DeleteShareGroupOffsetsResponseTopic> answers = new ArrayList<>();
        for (DeleteShareGroupOffsetsRequestTopic topic : request.data().topics()) {
            if (access.allowed(context, AclOperation.READ, ResourceType.TOPIC, topic.topicName())) {
                allowed.add(topic);
            } else {
                answers.add(new DeleteShareGroupOffsetsResponseTopic()
                        .setTopicName(topic.topicName())
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()));
            }
        }
        return groups.deleteShareGroupOffsets(
                        context,
                        new DeleteShareGroupOffsetsRequestData()
                                .setGroupId(groupId)
                                .setTopics(allowed))
                .thenApply(done -> answer(request, answers, done));
    }

    private static AbstractResponse answer(
            DeleteShareGroupOffsetsRequest request,
            List<DeleteShareGroupOffsetsResponseTopic> answers,
            DeleteShareGroupOffsetsResponseData done) {
        if (done.errorCode() != Errors.NONE.code()) {
            return request.getErrorResponse(
                    AbstractResponse.DEFAULT_THROTTLE_TIME, done.errorCode(), done.errorMessage());
        }
        answers.addAll(done.responses());
        return new DeleteShareGroupOffsetsResponse(new DeleteShareGroupOffsetsResponseData().setResponses(answers));
    }
}
