package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.InternalTopics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;

/** Partitions of topics in order of name, page by page: an answer that is full ends with the cursor of the next. */
final class DescribeTopicPartitionsHandler implements ApiHandler<DescribeTopicPartitionsRequest> {
    private final MetadataCache cache;
    private final int maxPartitions;
    private final Access access;

    /** @param maxPartitions partitions in one answer, {@code max.request.partition.size.limit} */
    DescribeTopicPartitionsHandler(MetadataCache cache, int maxPartitions, Access access) {
        this.cache = cache;
        this.maxPartitions = maxPartitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public CompletableFuture<DescribeTopicPartitionsResponse> handle(
            RequestContext context, DescribeTopicPartitionsRequest request) {
        return CompletableFuture.completedFuture(
                new DescribeTopicPartitionsResponse(describe(context, request.data())));
    }

    private DescribeTopicPartitionsResponseData describe(
            RequestContext context, DescribeTopicPartitionsRequestData request) {
        boolean allTopics = request.topics().isEmpty();
        List<String> visible = new ArrayList<>();
        List<DescribeTopicPartitionsResponseTopic> refused = new ArrayList<>();
        for (String name : fromCursorOn(request)) {
            if (access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, name)) {
                visible.add(name);
            } else if (!allTopics) {
                refused.add(refusal(name));
            }
        }
        DescribeTopicPartitionsResponseData answer = cache.describeTopicResponse(
                visible.iterator(),
                context.listenerName,
                name -> firstPartition(request.cursor(), name),
                Math.max(1, Math.min(maxPartitions, request.responsePartitionLimit())),
                allTopics);
        answer.topics()
                .forEach(topic -> topic.setIsInternal(InternalTopics.contains(topic.name()))
                        .setTopicAuthorizedOperations(
                                access.allowedOperations(context, ResourceType.TOPIC, topic.name())));
        answer.topics().addAll(refused);
        return answer;
    }

    private TreeSet<String> fromCursorOn(DescribeTopicPartitionsRequestData request) {
        TreeSet<String> names =
                new TreeSet<>(request.topics().isEmpty() ? cache.getAllTopics() : requestedNames(request.topics()));
        Cursor cursor = request.cursor();
        if (cursor == null) {
            return names;
        }
        if (!request.topics().isEmpty() && !names.contains(cursor.topicName())) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest topic list should contain the cursor topic: " + cursor.topicName());
        }
        if (cursor.partitionIndex() < 0) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
        }
        return new TreeSet<>(names.tailSet(cursor.topicName(), true));
    }

    private static List<String> requestedNames(Collection<TopicRequest> topics) {
        return topics.stream().map(TopicRequest::name).toList();
    }

    private static int firstPartition(Cursor cursor, String topic) {
        return cursor != null && cursor.topicName().equals(topic) ? cursor.partitionIndex() : 0;
    }

    private static DescribeTopicPartitionsResponseTopic refusal(String name) {
        return new DescribeTopicPartitionsResponseTopic()
                .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                .setName(name)
                .setTopicId(Uuid.ZERO_UUID)
                .setPartitions(List.of());
    }
}
