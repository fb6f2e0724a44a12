package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * DescribeShareGroupOffsets (KIP-932): where share groups start in their partitions.
 *
 * <ul>
 *   <li>version 1: the lag, too
 *   <li>topics that the caller may not describe are refused where he names them, and otherwise left out
 * </ul>
 */
final class DescribeShareGroupOffsetsHandler implements ApiHandler<DescribeShareGroupOffsetsRequest> {
    private static final long UNKNOWN = -1;

    private final GroupCoordinator groups;
    private final GroupProtocol protocol;
    private final Access access;

    DescribeShareGroupOffsetsHandler(GroupCoordinator groups, GroupProtocol protocol, Access access) {
        this.groups = groups;
        this.protocol = protocol;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS;
    }

    @Override
    public CompletableFuture<DescribeShareGroupOffsetsResponse> handle(
            RequestContext context, DescribeShareGroupOffsetsRequest request) {
        List<CompletableFuture<DescribeShareGroupOffsetsResponseGroup>> answers = request.groups().stream()
                .map(group -> describe(context, group).exceptionally(failure -> refusal(group, failure)))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> new DescribeShareGroupOffsetsResponse(new DescribeShareGroupOffsetsResponseData()
                        .setGroups(answers.stream().map(CompletableFuture::join).toList())));
    }

    private CompletableFuture<DescribeShareGroupOffsetsResponseGroup> describe(
            RequestContext context, DescribeShareGroupOffsetsRequestGroup group) {
        if (!protocol.isOn()) {
            return CompletableFuture.failedFuture(Errors.UNSUPPORTED_VERSION.exception());
        }
        if (!access.allowed(context, AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
            return CompletableFuture.failedFuture(Errors.GROUP_AUTHORIZATION_FAILED.exception());
        }
        if (group.topics() == null) {
            return groups.describeShareGroupAllOffsets(context, group)
                    .thenApply(answer -> answer.setTopics(answer.topics().stream()
                            .filter(topic -> mayDescribe(context, topic.topicName()))
                            .toList()));
        }
        return group.topics().isEmpty()
                ? CompletableFuture.completedFuture(
                        new DescribeShareGroupOffsetsResponseGroup().setGroupId(group.groupId()))
                : describeNamed(context, group);
    }

    private boolean mayDescribe(RequestContext context, String topic) {
        return access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
    }

    private CompletableFuture<DescribeShareGroupOffsetsResponseGroup> describeNamed(
            RequestContext context, DescribeShareGroupOffsetsRequestGroup group) {
        List<DescribeShareGroupOffsetsRequestTopic> allowed = new ArrayList<>();
        List<DescribeShareGroupOffsetsResponseTopic> refused = new ArrayList<>();
        for (DescribeShareGroupOffsetsRequestTopic topic : group.topics()) {
            if (mayDescribe(context, topic.topicName())) {
                allowed.add(topic);
            } else {
                refused.add(refusal(topic));
            }
        }
        return groups.describeShareGroupOffsets(
                        context,
                        new DescribeShareGroupOffsetsRequestGroup()
                                .setGroupId(group.groupId())
                                .setTopics(allowed))
                .thenApply(answer -> answer.errorCode() == Errors.NONE.code() ? with(answer, refused) : answer);
    }

    private static DescribeShareGroupOffsetsResponseGroup with(
            DescribeShareGroupOffsetsResponseGroup answer, List<DescribeShareGroupOffsetsResponseTopic> refused) {
        List<DescribeShareGroupOffsetsResponseTopic> all = new ArrayList<>(answer.topics());
        all.addAll(refused);
        return answer.setTopics(all);
    }

    private static DescribeShareGroupOffsetsResponseTopic refusal(DescribeShareGroupOffsetsRequestTopic topic) {
        return new DescribeShareGroupOffsetsResponseTopic()
                .setTopicName(topic.topicName())
                .setTopicId(Uuid.ZERO_UUID)
                .setPartitions(topic.partitions().stream()
                        .map(partition -> new DescribeShareGroupOffsetsResponsePartition()
                                .setPartitionIndex(partition)
                                .setStartOffset(UNKNOWN)
                                .setLag(UNKNOWN)
                                .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                                .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()))
                        .toList());
    }

    private static DescribeShareGroupOffsetsResponseGroup refusal(
            DescribeShareGroupOffsetsRequestGroup group, Throwable failure) {
        Errors error = Errors.forException(failure);
        return new DescribeShareGroupOffsetsResponseGroup()
                .setGroupId(group.groupId())
                .setErrorCode(error.code())
                .setErrorMessage(error.message());
    }
}
