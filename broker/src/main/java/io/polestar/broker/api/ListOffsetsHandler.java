package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import io.polestar.storage.TimestampedOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ListOffsets: first, last, by time, by largest time. Never an offset that the client could not fetch.
 *
 * <ul>
 *   <li>v1 to v3: no leader epoch in the answer. v4: leader epochs both ways. v7: largest timestamp.
 *   <li>v8, v9, v11: earliest local, latest tiered, earliest pending upload: without tiered storage the earliest local
 *       offset is the earliest one, and the others are -1.
 * </ul>
 */
final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequest> {
    private static final Logger log = LoggerFactory.getLogger(ListOffsetsHandler.class);
    private static final short FIRST_VERSION_WITH_EPOCH = 4;

    /** The special timestamps, and the first version in which each means something. */
    private static final Map<Long, Short> SPECIAL_TIMESTAMPS = Map.of(
            ListOffsetsRequest.EARLIEST_TIMESTAMP, (short) 1,
            ListOffsetsRequest.LATEST_TIMESTAMP, (short) 1,
            ListOffsetsRequest.MAX_TIMESTAMP, (short) 7,
            ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP, (short) 8,
            ListOffsetsRequest.LATEST_TIERED_TIMESTAMP, (short) 9,
            ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP, (short) 11);

    private final Partitions partitions;
    private final Access access;

    ListOffsetsHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, ListOffsetsRequest request) {
        Map<TopicPartition, ListOffsetsPartitionResponse> answers = new LinkedHashMap<>();
        for (ListOffsetsTopic topic : request.topics()) {
            boolean allowed = access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic.name());
            for (ListOffsetsPartition partition : topic.partitions()) {
                TopicPartition topicPartition = new TopicPartition(topic.name(), partition.partitionIndex());
                answers.put(
                        topicPartition,
                        allowed
                                ? find(request, topicPartition, partition)
                                : answer(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
            }
        }
        return CompletableFuture.completedFuture(
                new ListOffsetsResponse(new ListOffsetsResponseData().setTopics(byTopic(answers))));
    }

    /** One entry for each topic and partition, however often the request has them. */
    private static List<ListOffsetsTopicResponse> byTopic(Map<TopicPartition, ListOffsetsPartitionResponse> answers) {
        Map<String, ListOffsetsTopicResponse> topics = new LinkedHashMap<>();
        answers.forEach((topicPartition, answer) -> topics.computeIfAbsent(
                        topicPartition.topic(), name -> new ListOffsetsTopicResponse().setName(name))
                .partitions()
                .add(answer));
        return List.copyOf(topics.values());
    }

    private ListOffsetsPartitionResponse find(
            ListOffsetsRequest request, TopicPartition topicPartition, ListOffsetsPartition asked) {
        if (request.duplicatePartitions().contains(topicPartition)) {
            return answer(asked, Errors.INVALID_REQUEST);
        }
        if (asked.timestamp() < 0
                && request.version() < SPECIAL_TIMESTAMPS.getOrDefault(asked.timestamp(), Short.MAX_VALUE)) {
            return answer(asked, Errors.UNSUPPORTED_VERSION);
        }
        try {
            Partition partition = partitions.hosted(topicPartition);
            partition.requireLeader(
                    asked.currentLeaderEpoch() == ListOffsetsResponse.UNKNOWN_EPOCH
                            ? OptionalInt.empty()
                            : OptionalInt.of(asked.currentLeaderEpoch()));
            return find(request, partition, asked);
        } catch (RuntimeException e) {
            if (!(e instanceof ApiException)) {
                log.error("partition={} event=list_offsets_failed", topicPartition, e);
            }
            return answer(asked, Errors.forException(e));
        }
    }

    private static ListOffsetsPartitionResponse find(
            ListOffsetsRequest request, Partition partition, ListOffsetsPartition asked) {
        long limit = limit(request, partition);
        long timestampMs = asked.timestamp();
        if (timestampMs == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return found(request, asked, -1, limit, partition.leaderEpoch());
        }
        if (timestampMs == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestampMs == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return found(
                    request,
                    asked,
                    -1,
                    partition.logStartOffset(),
                    partition.earliestEpoch().orElse(-1));
        }
        if (timestampMs == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP
                || timestampMs == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            return answer(asked, Errors.NONE);
        }
        Optional<TimestampedOffset> match = timestampMs == ListOffsetsRequest.MAX_TIMESTAMP
                ? partition.maxTimestamp()
                : partition.findByTimestamp(timestampMs);
        return match.filter(m -> m.offset() < limit)
                .map(m -> found(request, asked, m.timestampMs(), m.offset(), m.leaderEpoch()))
                .orElseGet(() -> answer(asked, Errors.NONE));
    }

    /** What a consumer may fetch; anybody else (a follower, a debugging tool) sees the log's end. */
    private static long limit(ListOffsetsRequest request, Partition partition) {
        if (request.replicaId() != ListOffsetsRequest.CONSUMER_REPLICA_ID) {
            return partition.logEndOffset();
        }
        return request.isolationLevel() == IsolationLevel.READ_COMMITTED
                ? partition.lastStableOffset()
                : partition.highWatermark();
    }

    private static ListOffsetsPartitionResponse found(
            ListOffsetsRequest request, ListOffsetsPartition asked, long timestampMs, long offset, int leaderEpoch) {
        ListOffsetsPartitionResponse answer =
                answer(asked, Errors.NONE).setTimestamp(timestampMs).setOffset(offset);
        return request.version() >= FIRST_VERSION_WITH_EPOCH ? answer.setLeaderEpoch(leaderEpoch) : answer;
    }

    private static ListOffsetsPartitionResponse answer(ListOffsetsPartition asked, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setErrorCode(error.code())
                .setTimestamp(ListOffsetsResponse.UNKNOWN_TIMESTAMP)
                .setOffset(ListOffsetsResponse.UNKNOWN_OFFSET);
    }
}
