package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.TopicInfo;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.StreamsGroupDescribeRequest;
import org.apache.kafka.common.requests.StreamsGroupDescribeResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * StreamsGroupDescribe (KIP-1071): streams groups with their topology, members and tasks.
 *
 * <ul>
 *   <li>a group whose topology has a topic that the caller may not describe is not shown at all
 * </ul>
 */
final class StreamsGroupDescribeHandler implements ApiHandler<StreamsGroupDescribeRequest> {
    private final GroupCoordinator groups;
    private final GroupProtocol protocol;
    private final Access access;

    StreamsGroupDescribeHandler(GroupCoordinator groups, GroupProtocol protocol, Access access) {
        this.groups = groups;
        this.protocol = protocol;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.STREAMS_GROUP_DESCRIBE;
    }

    @Override
    public CompletableFuture<StreamsGroupDescribeResponse> handle(
            RequestContext context, StreamsGroupDescribeRequest request) {
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
        return groups.streamsGroupDescribe(context, allowed).thenApply(described -> {
            described.forEach(group -> answer.add(visible(context, group, withOperations)));
            return new StreamsGroupDescribeResponse(new StreamsGroupDescribeResponseData().setGroups(answer));
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
                    "The described group uses topics that the client is not authorized to describe.");
        }
        if (withOperations && group.errorCode() == Errors.NONE.code()) {
            group.setAuthorizedOperations(access.allowedOperations(context, ResourceType.GROUP, group.groupId()));
        }
        return group;
    }

    private static Stream<String> topics(DescribedGroup group) {
        return group.topology() == null || group.topology().subtopologies() == null
                ? Stream.of()
                : group.topology().subtopologies().stream().flatMap(StreamsGroupDescribeHandler::topics);
    }

    private static Stream<String> topics(Subtopology subtopology) {
        return Stream.of(
                        subtopology.sourceTopics().stream(),
                        subtopology.repartitionSinkTopics().stream(),
                        subtopology.repartitionSourceTopics().stream().map(TopicInfo::name),
                        subtopology.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(Function.identity());
    }

    private static DescribedGroup refusal(String groupId, Errors error, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setMembers(List.of());
    }
}
