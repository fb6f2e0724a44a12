package io.polestar.broker.txn;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.TransactionResult;

/** Writes markers to {@code __consumer_offsets}: the group coordinator alone writes there. Never blocks. */
@FunctionalInterface
public interface OffsetsMarkers {
    /** @param transactionVersion the {@code transaction.version} the transaction was made under */
    CompletableFuture<Void> write(
            TopicPartition topicPartition,
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            TransactionResult result,
            short transactionVersion);
}
