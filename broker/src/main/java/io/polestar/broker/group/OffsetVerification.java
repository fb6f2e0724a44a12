package io.polestar.broker.group;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/** Makes sure that a transaction includes a partition of {@code __consumer_offsets} before it commits offsets there. Never blocks. */
@FunctionalInterface
public interface OffsetVerification {
    /**
     * @param apiVersion of TxnOffsetCommit
     * @return what the append needs; fails with what the client is told
     */
    CompletableFuture<VerificationGuard> verify(
            TopicPartition topicPartition,
            String transactionalId,
            long producerId,
            short producerEpoch,
            int apiVersion);
}
