package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partitions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DeleteRecords: moves the start of a log forward; -1 stands for its high watermark. The new start is forced to the device
 * and files are removed, so it runs in the background. v0 to v2 differ in encoding alone.
 */
final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequest> {
    private static final Logger log = LoggerFactory.getLogger(DeleteRecordsHandler.class);

    private final Partitions partitions;
    private final Access access;

    DeleteRecordsHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, DeleteRecordsRequest request) {
        return CompletableFuture.supplyAsync(() -> delete(context, request), partitions.background());
    }

    private DeleteRecordsResponse delete(RequestContext context, DeleteRecordsRequest request) {
        DeleteRecordsResponseData answer = new DeleteRecordsResponseData();
        asked(request).forEach((topicPartition, partition) -> {
            String topic = topicPartition.topic();
            if (answer.topics().find(topic) == null) {
                answer.topics().add(new DeleteRecordsTopicResult().setName(topic));
            }
            boolean allowed = access.allowed(context, AclOperation.DELETE, ResourceType.TOPIC, topic);
            answer.topics()
                    .find(topic)
                    .partitions()
                    .add(allowed ? delete(topic, partition) : refused(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
        });
        return new DeleteRecordsResponse(answer);
    }

    /** Of a partition that is named more than once the last counts. */
    private static Map<TopicPartition, DeleteRecordsPartition> asked(DeleteRecordsRequest request) {
        Map<TopicPartition, DeleteRecordsPartition> asked = new LinkedHashMap<>();
        for (DeleteRecordsTopic topic : request.data().topics()) {
            for (DeleteRecordsPartition partition : topic.partitions()) {
                asked.put(new TopicPartition(topic.name(), partition.partitionIndex()), partition);
            }
        }
        return asked;
    }

    private DeleteRecordsPartitionResult delete(String topic, DeleteRecordsPartition asked) {
        TopicPartition topicPartition = new TopicPartition(topic, asked.partitionIndex());
        try {
            if (Topic.isInternal(topic) && partitions.find(topicPartition).isPresent()) {
                return refused(asked, Errors.INVALID_TOPIC_EXCEPTION);
            }
            long start = partitions.leader(topicPartition).deleteRecordsBefore(asked.offset());
            return new DeleteRecordsPartitionResult()
                    .setPartitionIndex(asked.partitionIndex())
                    .setLowWatermark(start);
        } catch (RuntimeException e) {
            if (!(e instanceof ApiException)) {
                log.error("partition={} event=delete_records_failed", topicPartition, e);
            }
            return refused(asked, Errors.forException(e));
        }
    }

    private static DeleteRecordsPartitionResult refused(DeleteRecordsPartition asked, Errors error) {
        return new DeleteRecordsPartitionResult()
                .setPartitionIndex(asked.partitionIndex())
                .setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK)
                .setErrorCode(error.code());
    }
}
