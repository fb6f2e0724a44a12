package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** OffsetDelete: forgets a group's offsets of topics that it does not subscribe to. */
final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequest> {
    private final GroupCoordinator groups;
    private final KRaftMetadataCache metadata;
    private final Access access;

    OffsetDeleteHandler(GroupCoordinator groups, KRaftMetadataCache metadata, Access access) {
        this.groups = groups;
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_DELETE;
    }

    @Override
    public CompletableFuture<OffsetDeleteResponse> handle(RequestContext context, OffsetDeleteRequest request) {
        OffsetDeleteRequestData data = request.data();
        access.requireOnGroup(context, AclOperation.DELETE, data.groupId());
        Set<String> allowed = access.allowedNames(
                context, AclOperation.READ, ResourceType.TOPIC, data.topics(), OffsetDeleteRequestTopic::name);
        OffsetDeleteResponse.Builder answer = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection accepted = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic topic : data.topics()) {
            if (allowed.contains(topic.name())) {
                accept(topic, accepted, answer);
            } else {
                answer.addPartitions(
                        topic.name(),
                        topic.partitions(),
                        OffsetDeleteRequestPartition::partitionIndex,
                        Errors.TOPIC_AUTHORIZATION_FAILED);
            }
        }
        OffsetDeleteRequestData forwarded =
                new OffsetDeleteRequestData().setGroupId(data.groupId()).setTopics(accepted);
        return groups.deleteOffsets(context, forwarded, BufferSupplier.NO_CACHING)
                .thenApply(results -> answer.merge(results).build());
    }

    private void accept(
            OffsetDeleteRequestTopic topic,
            OffsetDeleteRequestTopicCollection accepted,
            OffsetDeleteResponse.Builder answer) {
        OffsetDeleteRequestTopic known = new OffsetDeleteRequestTopic().setName(topic.name());
        for (OffsetDeleteRequestPartition partition : topic.partitions()) {
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
}
