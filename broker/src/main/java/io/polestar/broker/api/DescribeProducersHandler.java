package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partitions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeProducersRequest;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;

/** DescribeProducers: the idempotent producers a partition knows, with their last sequence. v0. */
final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequest> {
    private static final int NO_SEQUENCE = -1;

    private final Partitions partitions;
    private final Access access;

    DescribeProducersHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_PRODUCERS;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(
            RequestContext context, DescribeProducersRequest request) {
        DescribeProducersResponseData answer = new DescribeProducersResponseData();
        for (TopicRequest topic : request.data().topics()) {
            TopicResponse topicAnswer = new TopicResponse().setName(topic.name());
            Optional<ApiError> refusal = refusal(context, topic.name());
            for (int index : topic.partitionIndexes()) {
                topicAnswer
                        .partitions()
                        .add(refusal.map(error -> refused(index, error))
                                .orElseGet(() -> describe(new TopicPartition(topic.name(), index))));
            }
            answer.topics().add(topicAnswer);
        }
        return CompletableFuture.completedFuture(new DescribeProducersResponse(answer));
    }

    private Optional<ApiError> refusal(RequestContext context, String topic) {
        try {
            Topic.validate(topic);
        } catch (InvalidTopicException e) {
            return Optional.of(new ApiError(Errors.INVALID_TOPIC_EXCEPTION, e.getMessage()));
        }
        return access.allowed(context, AclOperation.READ, ResourceType.TOPIC, topic)
                ? Optional.empty()
                : Optional.of(new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
    }

    private PartitionResponse describe(TopicPartition topicPartition) {
        try {
            PartitionResponse answer = new PartitionResponse().setPartitionIndex(topicPartition.partition());
            partitions.leader(topicPartition).activeProducers().values().stream()
                    .map(DescribeProducersHandler::state)
                    .forEach(answer.activeProducers()::add);
            return answer;
        } catch (RuntimeException e) {
            return refused(topicPartition.partition(), ApiError.fromThrowable(e));
        }
    }

    private static ProducerState state(ProducerStateEntry entry) {
        int lastSequence = entry.batchMetadata().stream()
                .reduce((earlier, later) -> later)
                .map(batch -> batch.lastSeq())
                .orElse(NO_SEQUENCE);
        return new ProducerState()
                .setProducerId(entry.producerId())
                .setProducerEpoch(entry.producerEpoch())
                .setLastSequence(lastSequence)
                .setLastTimestamp(entry.lastTimestamp())
                .setCoordinatorEpoch(entry.coordinatorEpoch())
                .setCurrentTxnStartOffset(entry.currentTxnFirstOffset().orElse(-1));
    }

    private static PartitionResponse refused(int index, ApiError error) {
        return new PartitionResponse()
                .setPartitionIndex(index)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.message());
    }
}
