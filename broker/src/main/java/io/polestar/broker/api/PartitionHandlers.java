package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partitions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The APIs that read and write partitions, but for Fetch, which is told of closed connections too. */
public final class PartitionHandlers {
    private PartitionHandlers() {}

    /**
     * @param producerIds gives an id that was never given before
     * @param timer answers requests whose time is over
     */
    public static List<ApiHandler<?>> all(
            Path dataDirectory,
            Partitions partitions,
            KRaftMetadataCache metadata,
            Supplier<CompletableFuture<Long>> producerIds,
            Access access,
            ScheduledExecutorService timer) {
        return List.of(
                new ProduceHandler(metadata, partitions, access, timer),
                new ListOffsetsHandler(partitions, access),
                new OffsetForLeaderEpochHandler(partitions, access),
                new DeleteRecordsHandler(partitions, access),
                new InitProducerIdHandler(producerIds, access),
                new DescribeProducersHandler(partitions, access),
                new DescribeLogDirsHandler(dataDirectory, partitions, access));
    }
}
