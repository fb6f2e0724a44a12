package io.polestar.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * All partition logs of one data directory. An engine is one implementation of this and of {@link PartitionLog}; both
 * pass the same contract test. Safe for use from any thread.
 */
public interface LogStore extends AutoCloseable {

    /** A partition whose log exists in this store. */
    record StoredPartition(TopicPartition topicPartition, Uuid topicId) {}

    /** Every partition found, opened or not; one that never held anything may be missing. */
    List<StoredPartition> partitions();

    /**
     * Opens the log of a partition, after recovery where the last stop was not clean, or creates it.
     *
     * @throws org.apache.kafka.common.errors.InconsistentTopicIdException if a log of that name belongs to another topic id
     * @throws org.apache.kafka.common.errors.KafkaStorageException if it cannot be opened or repaired; the message names
     *     file and position
     */
    PartitionLog open(TopicPartition topicPartition, Uuid topicId, LogSettings settings);

    /**
     * A folder that lives and dies with the partition's log, for small state files (producer snapshots, leader epochs).
     * It exists once the log holds something.
     */
    Path stateDirectory(TopicPartition topicPartition);

    /** As {@link #delete(TopicPartition, Duration)}, and frees the disk as soon as it can. */
    default void delete(TopicPartition topicPartition) {
        delete(topicPartition, Duration.ZERO);
    }

    /**
     * Removes the log and its state; it must have been closed. Nothing if there is none.
     *
     * @param delay how long the disk may stay taken; a stop in between frees it at the next start
     */
    void delete(TopicPartition topicPartition, Duration delay);

    /** Frees the disk of everything deleted, soon and without waiting for it. */
    void freeDeleted();

    /** The stable id of this data directory. */
    Uuid directoryId();

    /** Whether the stop before this start was clean, so that no log needed recovery. */
    boolean wasCleanStop();

    /** Closes every open log, marks the stop as clean and gives the directory's lock back. */
    @Override
    void close();
}
