package io.polestar.broker.topic;

import io.polestar.storage.PartitionLog;
import java.util.OptionalLong;
import org.apache.kafka.common.IsolationLevel;

/**
 * How far a partition may be read. Moved under the partition's lock, read by any thread.
 *
 * <p>With one replica what is in the log is committed, or, where the topic's durability is {@code sync}, what is on the
 * device; with more it will be what all in-sync ones have.
 */
final class Watermarks {
    private final PartitionLog partitionLog;
    private volatile long high;
    private volatile long stable;

    Watermarks(PartitionLog partitionLog) {
        this.partitionLog = partitionLog;
    }

    /** The offset after the last committed record. */
    long high() {
        return high;
    }

    /** The offset below which every transaction is decided; at most {@link #high()}. */
    long stable() {
        return stable;
    }

    long limit(IsolationLevel isolation) {
        return isolation == IsolationLevel.READ_COMMITTED ? stable : high;
    }

    /**
     * Moves forward as far as the durability allows, never back.
     *
     * @param firstUnstable the first offset of a transaction that is not decided
     */
    void advance(Durability durability, OptionalLong firstUnstable) {
        long committed = durability == Durability.SYNC
                ? Math.min(partitionLog.durableOffset(), partitionLog.endOffset())
                : partitionLog.endOffset();
        long newHigh = Math.max(high, committed);
        stable = Math.min(newHigh, firstUnstable.orElse(newHigh));
        high = newHigh;
    }
}
