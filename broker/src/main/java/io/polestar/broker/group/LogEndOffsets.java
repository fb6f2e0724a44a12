package io.polestar.broker.group;

import io.polestar.broker.topic.Partitions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.util.PartitionMetadataClient;

/** Answers a coordinator where partitions end for consumers, without a network. Safe for use from any thread. */
final class LogEndOffsets implements PartitionMetadataClient {
    private static final long UNKNOWN = -1;

    private final Partitions partitions;

    LogEndOffsets(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> wanted) {
        return wanted.stream()
                .collect(Collectors.toMap(
                        Function.identity(), partition -> CompletableFuture.completedFuture(latestOffset(partition))));
    }

    private OffsetResponse latestOffset(TopicPartition topicPartition) {
        try {
            return new OffsetResponse(partitions.leader(topicPartition).highWatermark(), Errors.NONE);
        } catch (RuntimeException e) {
            return new OffsetResponse(UNKNOWN, Errors.forException(e));
        }
    }

    @Override
    public void close() {}
}
