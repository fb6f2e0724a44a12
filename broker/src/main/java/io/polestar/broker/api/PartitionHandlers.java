package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partitions;
import io.polestar.broker.txn.TransactionVerifier;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The APIs that read and write partitions, but for Fetch, which is told of closed connections too. */
public final class PartitionHandlers {
    private PartitionHandlers() {}

    /**
     * @param verifier asks the transaction coordinator before a transaction writes to a partition
     * @param timer answers requests whose time is over
     */
    public static List<ApiHandler<?>> all(
            Path dataDirectory,
            Partitions partitions,
            KRaftMetadataCache metadata,
            TransactionVerifier verifier,
            Access access,
            ScheduledExecutorService timer) {
        return List.of(
                new ProduceHandler(metadata, partitions, access, verifier, timer),
                new ListOffsetsHandler(partitions, access),
                new OffsetForLeaderEpochHandler(partitions, access),
                new DeleteRecordsHandler(partitions, access),
                new DescribeProducersHandler(partitions, access),
                new DescribeLogDirsHandler(dataDirectory, partitions, access),
                new AlterReplicaLogDirsHandler(dataDirectory, partitions, access));
    }
}
