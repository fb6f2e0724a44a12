package io.polestar.broker.topic;

import io.polestar.storage.LogSlice;
import io.polestar.storage.TimestampedOffset;
import java.util.Optional;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;

/**
 * Finds the records of a partition whose log only refers to them, as that of a view does. Called by any thread, without a
 * lock held.
 */
public interface ReferencedRecords {

    /**
     * What a reader wants.
     *
     * @param offset the first one wanted
     * @param limitOffset batches at or above it are not returned
     * @param maxBytes the sum of the batches' sizes is about this at most
     * @param atLeastOneBatch return the first batch even if it is larger
     * @param wholeBatches whether each region must hold whole batches, or may begin and end inside one
     */
    record Wanted(long offset, long limitOffset, int maxBytes, boolean atLeastOneBatch, boolean wholeBatches) {}

    /**
     * As {@link io.polestar.storage.PartitionLog#read}; what is no longer there is left out.
     *
     * @throws OffsetOutOfRangeException if the offset is outside the partition's own log
     */
    LogSlice read(Wanted wanted);

    /** The first record, in order of offset, whose timestamp is at or after the given one. */
    Optional<TimestampedOffset> findByTimestamp(long timestampMs);

    /** The record with the largest timestamp. */
    Optional<TimestampedOffset> maxTimestamp();

    /**
     * The log's front is about to be removed; what must be known of it is kept when this returns. May wait for the disk.
     *
     * @throws org.apache.kafka.common.errors.KafkaStorageException if it cannot be kept: nothing is removed then
     */
    void beforeTrim();
}
