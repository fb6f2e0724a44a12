package io.polestar.broker.txn;

import java.util.function.Supplier;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;

/** The state of a transactional id that this broker coordinates, and the shard it is in. */
record Owned(Shard shard, TransactionMetadata metadata) {
    String transactionalId() {
        return metadata.transactionalId();
    }

    int coordinatorEpoch() {
        return shard.leaderEpoch();
    }

    <T> T inLock(Supplier<T> action) {
        return metadata.inLock(action);
    }

    void locked(Runnable action) {
        metadata.inLock(() -> {
            action.run();
            return null;
        });
    }
}
