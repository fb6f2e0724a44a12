package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.ShareGroupDescribeRequest;
import org.apache.kafka.common.requests.ShareGroupDescribeResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * ShareGroupDescribe (KIP-932): share groups with their members and assignments.
 *
 * <ul>
 *   <li>a group with a topic that the caller may not describe is not shown at all
 * </ul>
 */
final class ShareGroupDescribeHandler implements ApiHandler<ShareGroupDescribeRequest> {
    private final GroupCoordinator groups;
    private final GroupProtocol protocol;
    private final Access access;

    ShareGroupDescribeHandler(GroupCoordinator groups, GroupProtocol protocol, Access access) {
        this.groups = groups;
        this.protocol = protocol;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SHARE_GROUP_DESCRIBE;
    }

    @Override
    public CompletableFuture<ShareGroupDescribeResponse> handle(
            RequestContext context, ShareGroupDescribeRequest request) {
        protocol.require();
        List<DescribedGroup> answer = new ArrayList<>();
        List<String> allowed = new ArrayList<>();
        for (String groupId : request.data().groupIds()) {
            if (access.allowed(context, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
                allowed.add(groupId);
            } else {
                answer.add(refusal(groupId, Errors.GROUP_AUTHORIZATION_FAILED, null));
            }
        }
        boolean withOperations = request.data().includeAuthorizedOperations();
        return groups.shareGroupDescribe(context, allowed).thenApply(described -> {
            described.forEach(group -> answer.add(visible(context, group, withOperations)));
            return new ShareGroupDescribeResponse(new ShareGroupDescribeResponseData().setGroups(answer));
        });
    }

    private DescribedGroup visible(RequestContext context, DescribedGroup group, boolean withOperations) {
        boolean allTopicsAllowed = topics(group)
                .distinct()
                .allMatch(topic -> access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic));
        if (!allTopicsAllowed) {
            return refusal(
                    group.groupId(),
                    Errors.TOPIC_AUTHORIZATION_FAILED,
                    "The group has described topic(s) that the client is not authorized to describe.");
        }
        if (withOperations && group.errorCode() == Errors.NONE.code()) {
            group.setAuthorizedOperations(access.allowedOperations(context, ResourceType.GROUP, group.groupId()));
        }
        return group;
    }

    private static Stream<String> topics(DescribedGroup group) {
        return group.members().stream()
                .flatMap(member -> member.assignment().topicPartitions().stream())
                .map(ShareGroupDescribeResponseData.TopicPartitions::topicName);
    }

    private static DescribedGroup refusal(String groupId, Errors error, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setMembers(List.of());
    }
}
