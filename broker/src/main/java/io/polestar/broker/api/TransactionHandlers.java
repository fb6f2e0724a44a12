package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.security.Access;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The transaction family of APIs. */
public final class TransactionHandlers {
    private TransactionHandlers() {}

    /** @param producerIds gives an id that was never given before */
    public static List<ApiHandler<?>> all(
            TransactionCoordinator transactions,
            GroupCoordinators groups,
            KRaftMetadataCache metadata,
            Supplier<CompletableFuture<Long>> producerIds,
            Access access) {
        return List.of(
                new InitProducerIdHandler(transactions, producerIds, access),
                new AddPartitionsToTxnHandler(transactions, metadata, access),
                new AddOffsetsToTxnHandler(transactions, groups.service(), access),
                new TxnOffsetCommitHandler(groups, metadata, access),
                new EndTxnHandler(transactions, access),
                new WriteTxnMarkersHandler(transactions.markers(), access),
                new DescribeTransactionsHandler(transactions, access),
                new ListTransactionsHandler(transactions, access));
    }
}
