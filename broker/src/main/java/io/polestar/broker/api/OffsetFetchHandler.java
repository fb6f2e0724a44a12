package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * OffsetFetch: how far groups have read.
 *
 * <ul>
 *   <li>below version 8 one group, named at the top of the request; version 1 knows errors of partitions only
 *   <li>no topic list (version 2 and up): everything the group committed, of what the caller may describe
 *   <li>version 9: a member's id and epoch are checked where given
 *   <li>from version 10 on topics are given, and answered, by id; an unknown id is UNKNOWN_TOPIC_ID
 * </ul>
 */
final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequest> {
    private final GroupCoordinator groups;
    private final KRaftMetadataCache metadata;
    private final Access access;

    OffsetFetchHandler(GroupCoordinator groups, KRaftMetadataCache metadata, Access access) {
        this.groups = groups;
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_FETCH;
    }

    @Override
    public CompletableFuture<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request) {
        List<CompletableFuture<OffsetFetchResponseGroup>> answers = request.groups().stream()
                .map(group -> fetch(context, group, request.requireStable())
                        .exceptionally(failure -> OffsetFetchResponse.groupError(
                                group, Errors.forException(failure), context.apiVersion())))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> new OffsetFetchResponse.Builder(
                                answers.stream().map(CompletableFuture::join).toList())
                        .build(context.apiVersion()));
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            RequestContext context, OffsetFetchRequestGroup group, boolean requireStable) {
        if (!access.allowed(context, AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
            return CompletableFuture.completedFuture(
                    OffsetFetchResponse.groupError(group, Errors.GROUP_AUTHORIZATION_FAILED, context.apiVersion()));
        }
        return OffsetFetchRequest.requestAllOffsets(group)
                ? fetchAll(context, group, requireStable)
                : fetchSome(context, group, requireStable);
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetchAll(
            RequestContext context, OffsetFetchRequestGroup group, boolean requireStable) {
        return groups.fetchOffsets(context, group, requireStable).thenApply(answer -> {
            if (answer.errorCode() == Errors.NONE.code()) {
                answer.setTopics(visible(context, answer.topics()));
            }
            return answer;
        });
    }

    private List<OffsetFetchResponseTopics> visible(RequestContext context, List<OffsetFetchResponseTopics> topics) {
        Set<String> allowed = access.allowedNames(
                context, AclOperation.DESCRIBE, ResourceType.TOPIC, topics, OffsetFetchResponseTopics::name);
        boolean byId = OffsetFetchRequest.useTopicIds(context.apiVersion());
        List<OffsetFetchResponseTopics> visible = new ArrayList<>();
        for (OffsetFetchResponseTopics topic : topics) {
            if (byId && topic.topicId().equals(Uuid.ZERO_UUID)) {
                topic.setTopicId(metadata.getTopicId(topic.name()));
            }
            // A topic without an id cannot be written where ids are.
            if (allowed.contains(topic.name()) && !(byId && topic.topicId().equals(Uuid.ZERO_UUID))) {
                visible.add(topic);
            }
        }
        return visible;
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetchSome(
            RequestContext context, OffsetFetchRequestGroup group, boolean requireStable) {
        boolean byId = OffsetFetchRequest.useTopicIds(context.apiVersion());
        if (byId) {
            group.topics()
                    .forEach(topic -> metadata.getTopicName(topic.topicId()).ifPresent(topic::setName));
        }
        Set<String> allowed = access.allowedNames(
                context, AclOperation.DESCRIBE, ResourceType.TOPIC, group.topics(), OffsetFetchRequestTopics::name);
        List<OffsetFetchRequestTopics> accepted = new ArrayList<>();
        List<OffsetFetchResponseTopics> refused = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            if (byId && topic.name().isEmpty()) {
                refused.add(refusal(topic, Errors.UNKNOWN_TOPIC_ID));
            } else if (!allowed.contains(topic.name())) {
                refused.add(refusal(topic, Errors.TOPIC_AUTHORIZATION_FAILED));
            } else {
                accepted.add(topic);
            }
        }
        return fetch(context, group, accepted, requireStable).thenApply(answer -> with(answer, refused));
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            RequestContext context,
            OffsetFetchRequestGroup group,
            List<OffsetFetchRequestTopics> topics,
            boolean requireStable) {
        OffsetFetchRequestGroup accepted = new OffsetFetchRequestGroup()
                .setGroupId(group.groupId())
                .setMemberId(group.memberId())
                .setMemberEpoch(group.memberEpoch())
                .setTopics(topics);
        return groups.fetchOffsets(context, accepted, requireStable);
    }

    private static OffsetFetchResponseGroup with(
            OffsetFetchResponseGroup answer, List<OffsetFetchResponseTopics> refused) {
        if (answer.errorCode() == Errors.NONE.code() && !refused.isEmpty()) {
            List<OffsetFetchResponseTopics> all = new ArrayList<>(answer.topics());
            all.addAll(refused);
            answer.setTopics(all);
        }
        return answer;
    }

    private static OffsetFetchResponseTopics refusal(OffsetFetchRequestTopics topic, Errors error) {
        List<OffsetFetchResponsePartitions> partitions = topic.partitionIndexes().stream()
                .map(index -> new OffsetFetchResponsePartitions()
                        .setPartitionIndex(index)
                        .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                        .setErrorCode(error.code()))
                .toList();
        return new OffsetFetchResponseTopics()
                .setTopicId(topic.topicId())
                .setName(topic.name())
                .setPartitions(partitions);
    }
}
