package io.polestar.broker.topic;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Told of what a reader may have missed. Called on the thread that removes or refuses, without a lock that an append or a read
 * takes; must not block.
 */
public interface LossListener {

    /** Why records were removed. */
    enum Cause {
        RETENTION_TIME,
        RETENTION_SIZE,
        DELETE_RECORDS,
        TOPIC_DELETED
    }

    /**
     * Records that are no longer there. The removals of a partition follow each other without gap or overlap.
     *
     * @param topicId tells a topic from another one that had its name before
     * @param fromOffset the first offset removed
     * @param toOffset the offset after the last one
     * @param atMs when, milliseconds since the epoch
     */
    record Removal(
            TopicPartition topicPartition, Uuid topicId, long fromOffset, long toOffset, Cause cause, long atMs) {}

    /**
     * A fetch that was answered OFFSET_OUT_OF_RANGE because its offset had been removed.
     *
     * @param offset that was asked for
     * @param startOffset the first one that is left
     * @param clientId the client's own name for itself: a fetch names no group
     * @param atMs when, milliseconds since the epoch
     */
    record LateRead(
            TopicPartition topicPartition, Uuid topicId, long offset, long startOffset, String clientId, long atMs) {}

    /**
     * A batch that was not taken, with an error that the producer does not try again after; or because others must come first.
     *
     * @param clientId the client's own name for itself
     * @param splits whether the client divides a batch that is too large and sends the parts
     * @param atMs when, milliseconds since the epoch
     */
    record Refusal(
            TopicPartition topicPartition,
            Errors error,
            String clientId,
            RefusedBatch batch,
            boolean splits,
            long atMs) {}

    /**
     * What its header says.
     *
     * @param records how many there were; 0 where that cannot be told
     * @param producerId -1 if it was not idempotent
     */
    record RefusedBatch(int records, long producerId, short epoch, int baseSequence) {}

    /**
     * Records that compaction removed at or behind the offset that {@link #unreadFrom} gave.
     *
     * @param ranges where they were, in order, as narrow as is practical
     * @param tombstones whether there were some among them: then nobody is told any more that a key was deleted
     */
    record Compacted(Partition partition, List<OffsetRange> ranges, boolean tombstones, long atMs) {}

    default void onRefused(Refusal refusal) {}

    /** The first offset that a reader may still have to read, so that it is worth knowing what is compacted away behind it. */
    default long unreadFrom(Partition partition) {
        return Long.MAX_VALUE;
    }

    default void onCompacted(Compacted compacted) {}

    /**
     * Records are about to be removed, unless that fails: the last time that they can be looked at. May read the log.
     *
     * @param toOffset the offset after the last one
     */
    default void onRemoving(Partition partition, long toOffset) {}

    void onRemoved(Removal removal);

    void onLateRead(LateRead read);

    /** Tells each of them, in order. */
    static LossListener all(List<LossListener> listeners) {
        return new LossListener() {
            @Override
            public void onRemoving(Partition partition, long toOffset) {
                listeners.forEach(each -> each.onRemoving(partition, toOffset));
            }

            @Override
            public void onRemoved(Removal removal) {
                listeners.forEach(each -> each.onRemoved(removal));
            }

            @Override
            public void onRefused(Refusal refusal) {
                listeners.forEach(each -> each.onRefused(refusal));
            }

            @Override
            public long unreadFrom(Partition partition) {
                return listeners.stream()
                        .mapToLong(each -> each.unreadFrom(partition))
                        .min()
                        .orElse(Long.MAX_VALUE);
            }

            @Override
            public void onCompacted(Compacted compacted) {
                listeners.forEach(each -> each.onCompacted(compacted));
            }

            @Override
            public void onLateRead(LateRead read) {
                listeners.forEach(each -> each.onLateRead(read));
            }
        };
    }
}
