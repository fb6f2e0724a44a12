package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.group.GroupListener;
import io.polestar.broker.group.RecreatedTopics;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OffsetCommit: stores how far a group has read.
 *
 * <ul>
 *   <li>from version 10 on topics are given by id; an unknown id is UNKNOWN_TOPIC_ID
 *   <li>an unknown topic or partition is refused on its own, what else was given is stored
 *   <li>not as in Apache Kafka: a member's offset behind the end of a topic whose name was taken over from a deleted one is
 *       refused with UNKNOWN_TOPIC_OR_PARTITION; it is a position in the deleted topic
 * </ul>
 */
final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequest> {
    private static final Logger log = LoggerFactory.getLogger(OffsetCommitHandler.class);

    private final GroupCoordinator groups;
    private final KRaftMetadataCache metadata;
    private final RecreatedTopics recreated;
    private final GroupListener listener;
    private final Access access;

    OffsetCommitHandler(GroupCoordinators groups, KRaftMetadataCache metadata, Access access) {
        this.groups = groups.service();
        this.metadata = metadata;
        this.recreated = groups.recreatedTopics();
        this.listener = groups.listener();
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public CompletableFuture<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request) {
        OffsetCommitRequestData data = request.data();
        access.requireOnGroup(context, AclOperation.READ, data.groupId());
        Sorting sorting = new Sorting(context, data);
        if (sorting.valid.isEmpty()) {
            return CompletableFuture.completedFuture(sorting.answer.build());
        }
        boolean member = !data.memberId().isEmpty();
        listener.onCommitAsked(data.groupId(), GroupListener.Committer.of(context, member));
        OffsetCommitRequestData accepted = new OffsetCommitRequestData()
                .setGroupId(data.groupId())
                .setMemberId(data.memberId())
                .setGenerationIdOrMemberEpoch(data.generationIdOrMemberEpoch())
                .setRetentionTimeMs(data.retentionTimeMs())
                .setGroupInstanceId(data.groupInstanceId())
                .setTopics(sorting.valid);
        return groups.commitOffsets(context, accepted, BufferSupplier.NO_CACHING)
                .thenApply(results -> sorting.answer.merge(results).build());
    }

    /** One request's topics: those that go to the coordinator, and the answer for the rest. */
    private final class Sorting {
        private final boolean byId;
        private final boolean byMember;
        private final OffsetCommitResponse.Builder answer;
        private final List<OffsetCommitRequestTopic> valid = new ArrayList<>();

        Sorting(RequestContext context, OffsetCommitRequestData data) {
            this.byId = OffsetCommitResponse.useTopicIds(context.apiVersion());
            this.byMember = data.generationIdOrMemberEpoch() >= 0;
            this.answer = OffsetCommitResponse.newBuilder(byId);
            if (byId) {
                data.topics()
                        .forEach(topic -> metadata.getTopicName(topic.topicId()).ifPresent(topic::setName));
            }
            Set<String> allowed = access.allowedNames(
                    context, AclOperation.READ, ResourceType.TOPIC, data.topics(), OffsetCommitRequestTopic::name);
            data.topics().forEach(topic -> sort(topic, allowed));
        }

        private void sort(OffsetCommitRequestTopic topic, Set<String> allowed) {
            if (byId && topic.name().isEmpty()) {
                refuse(topic, Errors.UNKNOWN_TOPIC_ID);
            } else if (!allowed.contains(topic.name())) {
                refuse(topic, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else {
                sortPartitions(topic, byId ? topic.topicId() : metadata.getTopicId(topic.name()));
            }
        }

        private void sortPartitions(OffsetCommitRequestTopic topic, Uuid topicId) {
            topic.setTopicId(topicId);
            if (topicId.equals(Uuid.ZERO_UUID)) {
                refuse(topic, Errors.UNKNOWN_TOPIC_OR_PARTITION);
                return;
            }
            List<OffsetCommitRequestPartition> known = new ArrayList<>();
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                int index = partition.partitionIndex();
                TopicPartition topicPartition = new TopicPartition(topic.name(), index);
                if (metadata.contains(topicPartition) && !isOlder(topicPartition, partition.committedOffset())) {
                    known.add(partition);
                } else {
                    answer.addPartition(topicId, topic.name(), index, Errors.UNKNOWN_TOPIC_OR_PARTITION);
                }
            }
            if (!known.isEmpty()) {
                valid.add(new OffsetCommitRequestTopic()
                        .setTopicId(topicId)
                        .setName(topic.name())
                        .setPartitions(known));
            }
        }

        private boolean isOlder(TopicPartition topicPartition, long offset) {
            boolean older = byMember && recreated.isOlder(topicPartition, offset);
            if (older) {
                log.info(
                        "event=stale_commit partition={} offset={} reason=\"the topic was deleted and created again\"",
                        topicPartition,
                        offset);
            }
            return older;
        }

        private void refuse(OffsetCommitRequestTopic topic, Errors error) {
            answer.addPartitions(
                    topic.topicId(),
                    topic.name(),
                    topic.partitions(),
                    OffsetCommitRequestPartition::partitionIndex,
                    error);
        }
    }
}
