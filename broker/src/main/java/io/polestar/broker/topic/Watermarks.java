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
    private final boolean published;
    private volatile long high;
    private volatile long stable;

    /** @param published whether readers in other processes are told: they cannot follow a view's references */
    Watermarks(PartitionLog partitionLog, boolean published) {
        this.partitionLog = partitionLog;
        this.published = published;
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

    /** How far the durability allows to go, never back. */
    long committed(Durability durability) {
        long committed = durability == Durability.SYNC
                ? Math.min(partitionLog.durableOffset(), partitionLog.endOffset())
                : partitionLog.endOffset();
        return Math.max(high, committed);
    }

    /**
     * Moves there.
     *
     * @param firstUnstable the first offset of a transaction that is not decided below the new high watermark
     */
    void moveTo(long newHigh, OptionalLong firstUnstable) {
        stable = Math.min(newHigh, Math.max(firstUnstable.orElse(newHigh), partitionLog.startOffset()));
        high = newHigh;
        if (published) {
            partitionLog.publish(newHigh, stable);
        }
    }
}
