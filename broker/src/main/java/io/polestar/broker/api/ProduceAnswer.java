package io.polestar.broker.api;

import io.polestar.broker.topic.CommitWait;
import io.polestar.broker.topic.Partition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answer to one produce request as it grows, partition by partition. Used by one thread at a time. */
final class ProduceAnswer {
    private static final Logger log = LoggerFactory.getLogger(ProduceAnswer.class);
    private static final short FIRST_VERSION_WITH_LEADER = 10;

    /** Refusals by a partition in which Kafka leaves out the log's start. */
    private static final Set<Errors> WITHOUT_LOG_START = EnumSet.of(
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.NOT_LEADER_OR_FOLLOWER,
            Errors.MESSAGE_TOO_LARGE,
            Errors.RECORD_LIST_TOO_LARGE,
            Errors.CORRUPT_MESSAGE,
            Errors.KAFKA_STORAGE_ERROR,
            Errors.UNKNOWN_TOPIC_ID);

    private final ProduceResponseData data = new ProduceResponseData();
    private final short version;
    private final LeaderHints hints;
    private TopicProduceResponse topic;
    private List<Stored> uncommitted = List.of();
    private Errors firstError = Errors.NONE;

    ProduceAnswer(short version, LeaderHints hints) {
        this.version = version;
        this.hints = hints;
    }

    /** A topic of which no partition is asked for is left out, as Kafka does. */
    void begin(TopicProduceData asked) {
        topic = new TopicProduceResponse().setName(asked.name()).setTopicId(asked.topicId());
        if (!asked.partitionData().isEmpty()) {
            data.responses().add(topic);
        }
    }

    void stored(Partition partition, Partition.Appended appended) {
        PartitionProduceResponse response = new PartitionProduceResponse()
                .setIndex(partition.topicPartition().partition())
                .setBaseOffset(appended.firstOffset())
                .setLogAppendTimeMs(appended.logAppendTimeMs())
                .setLogStartOffset(appended.logStartOffset());
        topic.partitionResponses().add(response);
        if (partition.highWatermark() < appended.nextOffset()) {
            addUncommitted(new Stored(partition, appended.nextOffset(), response));
        }
    }

    /** Where nothing waits for the disk there is no list of it. */
    private void addUncommitted(Stored stored) {
        if (uncommitted.isEmpty()) {
            uncommitted = new ArrayList<>(4);
        }
        uncommitted.add(stored);
    }

    /** A batch that was appended; its answer becomes an error if it cannot be said to be committed. */
    private record Stored(Partition partition, long nextOffset, PartitionProduceResponse response)
            implements CommitWait.Batch {
        @Override
        public void refuse(ApiException reason) {
            response.setErrorCode(Errors.forException(reason).code()).setErrorMessage(reason.getMessage());
        }
    }

    /** For acks=all: the answer when everything stored is committed, or not in time. */
    CompletableFuture<AbstractResponse> whenCommitted(int timeoutMs, ScheduledExecutorService timer) {
        return uncommitted.isEmpty()
                ? CompletableFuture.completedFuture(asResponse())
                : CommitWait.forAll(uncommitted, timeoutMs, timer).thenApply(none -> asResponse());
    }

    /**
     * @param partition that was asked to append and refused; null if it did not come to that
     * @return the error that the client is told
     */
    Errors refused(TopicPartition topicPartition, Partition partition, RuntimeException refusal) {
        RuntimeException cause =
                refusal instanceof RecordValidationException invalid ? invalid.invalidException() : refusal;
        Errors error = Errors.forException(cause);
        PartitionProduceResponse refused = new PartitionProduceResponse()
                .setIndex(topicPartition.partition())
                .setErrorCode(error.code())
                .setErrorMessage(cause.getMessage())
                .setBaseOffset(ProduceResponse.INVALID_OFFSET);
        if (refusal instanceof RecordValidationException invalid) {
            invalid.recordErrors()
                    .forEach(e -> refused.recordErrors()
                            .add(new BatchIndexAndErrorMessage()
                                    .setBatchIndex(e.batchIndex)
                                    .setBatchIndexErrorMessage(e.message)));
        }
        if (partition != null && !WITHOUT_LOG_START.contains(error)) {
            refused.setLogStartOffset(partition.logStartOffset());
        }
        if (error == Errors.NOT_LEADER_OR_FOLLOWER && version >= FIRST_VERSION_WITH_LEADER) {
            hints.about(
                    topicPartition,
                    (id, epoch) -> refused.currentLeader().setLeaderId(id).setLeaderEpoch(epoch));
        }
        note(topicPartition, error, cause);
        topic.partitionResponses().add(refused);
        return error;
    }

    private void note(TopicPartition topicPartition, Errors error, RuntimeException cause) {
        if (firstError == Errors.NONE) {
            firstError = error;
        }
        if (cause instanceof ApiException) {
            log.debug("partition={} event=produce_refused error={}", topicPartition, error, cause);
        } else {
            log.error("partition={} event=produce_failed error={}", topicPartition, error, cause);
        }
    }

    AbstractResponse asResponse() {
        for (Node node : hints.nodes()) {
            data.nodeEndpoints()
                    .add(new NodeEndpoint()
                            .setNodeId(node.id())
                            .setHost(node.host())
                            .setPort(node.port())
                            .setRack(node.rack()));
        }
        return new ProduceResponse(data);
    }

    /** For acks=0: nothing is sent, and after a refusal the connection is closed. */
    CompletableFuture<AbstractResponse> asNone(RequestContext context) {
        if (firstError == Errors.NONE) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.failedFuture(new CloseConnectionException(
                "a produce with acks=0 of client " + context.clientId() + " was refused: " + firstError));
    }
}
