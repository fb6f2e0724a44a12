package io.polestar.broker.txn;

import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes markers to partitions that this broker leads. Safe for use from any thread, never blocks. */
public final class MarkerWriter {
    private static final Logger log = LoggerFactory.getLogger(MarkerWriter.class);

    private final Partitions partitions;
    private final OffsetsMarkers offsets;
    private final ScheduledExecutorService executor;
    private final int timeoutMs;

    /** @param timeoutMs how long a marker may take to be committed */
    MarkerWriter(Partitions partitions, OffsetsMarkers offsets, ScheduledExecutorService executor, int timeoutMs) {
        this.partitions = partitions;
        this.offsets = offsets;
        this.executor = executor;
        this.timeoutMs = timeoutMs;
    }

    /** Completes with NONE when the marker is committed, with the reason where it is not; never fails. */
    public CompletableFuture<Errors> write(TopicPartition topicPartition, Marker marker) {
        try {
            CompletableFuture<Void> written = topicPartition.topic().equals(Topic.GROUP_METADATA_TOPIC_NAME)
                    ? writeToOffsets(topicPartition, marker)
                    : append(topicPartition, marker);
            return written.handle((none, failure) -> error(topicPartition, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(error(topicPartition, e));
        }
    }

    private CompletableFuture<Void> append(TopicPartition topicPartition, Marker marker) {
        Partition partition = partitions.leader(topicPartition);
        Partition.Appended appended = partition.appendFromCoordinator(
                marker.asRecords(), VerificationGuard.SENTINEL, marker.transactionVersion());
        return new Commit(partition, appended.nextOffset()).whenDone(timeoutMs, executor);
    }

    private CompletableFuture<Void> writeToOffsets(TopicPartition topicPartition, Marker marker) {
        partitions.leader(topicPartition);
        return offsets.write(
                topicPartition,
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch(),
                marker.result(),
                marker.transactionVersion());
    }

    private static Errors error(TopicPartition topicPartition, Throwable failure) {
        if (failure == null) {
            return Errors.NONE;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        log.debug("partition={} event=marker_refused", topicPartition, cause);
        Errors error = Errors.forException(cause);
        return switch (error) {
            // A group coordinator that is not ready: the partition will have a leader that is.
            case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR ->
                Errors.NOT_LEADER_OR_FOLLOWER;
            default -> error;
        };
    }
}
