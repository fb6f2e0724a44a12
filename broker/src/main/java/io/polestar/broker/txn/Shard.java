package io.polestar.broker.txn;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;

/**
 * The transactional ids of one partition of {@code __transaction_state}, during one leadership of it. Filled by the loader's
 * thread, then used by any; each metadata has a lock of its own.
 */
final class Shard implements CoordinatorPlayback<TransactionLogEntry> {
    private final Map<String, TransactionMetadata> byId = new ConcurrentHashMap<>();
    private final int partition;
    private final int leaderEpoch;

    Shard(int partition, int leaderEpoch) {
        this.partition = partition;
        this.leaderEpoch = leaderEpoch;
    }

    int partition() {
        return partition;
    }

    /** Which is the coordinator's epoch too. */
    int leaderEpoch() {
        return leaderEpoch;
    }

    Map<String, TransactionMetadata> byId() {
        return byId;
    }

    @Override
    public void replay(long offset, long producerId, short producerEpoch, TransactionLogEntry entry) {
        entry.metadata()
                .ifPresentOrElse(
                        metadata -> byId.put(entry.transactionalId(), metadata),
                        () -> byId.remove(entry.transactionalId()));
    }

    @Override
    public void replayEndTransactionMarker(long producerId, short producerEpoch, TransactionResult result) {}

    @Override
    public void updateLastWrittenOffset(long offset) {}

    @Override
    public void updateLastCommittedOffset(long offset) {}
}
