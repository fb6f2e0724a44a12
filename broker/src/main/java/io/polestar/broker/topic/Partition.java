package io.polestar.broker.topic;

import io.polestar.storage.LogSlice;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.LogConfig;

/** One partition this broker leads: decides what may be appended and what may be read. Safe for use from any thread. */
public final class Partition {

    /** Told when the high watermark moved; called outside the partition's lock, in order, on the appending thread. */
    public interface HighWatermarkListener {
        void onHighWatermark(TopicPartition topicPartition, long highWatermark);

        /** This broker no longer leads the partition, or it is gone: the last call. */
        void onClosed(TopicPartition topicPartition);
    }

    /**
     * What an append did.
     *
     * @param firstOffset offset of the first record; for a duplicate that of the batch stored before
     * @param nextOffset the log's end after it
     * @param logAppendTimeMs the time given to the records, or -1 where they keep their own
     * @param logStartOffset the log's start
     */
    public record Appended(long firstOffset, long nextOffset, long logAppendTimeMs, long logStartOffset) {}

    public TopicPartition topicPartition() {
        throw new UnsupportedOperationException();
    }

    public Uuid topicId() {
        throw new UnsupportedOperationException();
    }

    public int leaderEpoch() {
        throw new UnsupportedOperationException();
    }

    public LogConfig config() {
        throw new UnsupportedOperationException();
    }

    public long logStartOffset() {
        throw new UnsupportedOperationException();
    }

    public long logEndOffset() {
        throw new UnsupportedOperationException();
    }

    public long highWatermark() {
        throw new UnsupportedOperationException();
    }

    /** Offset below which every transaction is decided; the high watermark without transactions. */
    public long lastStableOffset() {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends what a coordinator of this broker writes.
     *
     * @param records exactly one batch of magic 2
     */
    public Appended appendFromCoordinator(MemoryRecords records) {
        throw new UnsupportedOperationException();
    }

    /** Reads committed batches, at most up to the high watermark or the last stable offset. */
    public LogSlice read(long offset, int maxBytes, boolean atLeastOneBatch, IsolationLevel isolation) {
        throw new UnsupportedOperationException();
    }

    public void addListener(HighWatermarkListener listener) {
        throw new UnsupportedOperationException();
    }

    public void removeListener(HighWatermarkListener listener) {
        throw new UnsupportedOperationException();
    }

    /** Moves the start of the log forward, as DeleteRecords does; -1 stands for the high watermark. */
    public long deleteRecordsBefore(long offset) {
        throw new UnsupportedOperationException();
    }
}
