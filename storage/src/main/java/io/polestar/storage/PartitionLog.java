package io.polestar.storage;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The log of one partition: record batches of magic 2 in order of offset.
 *
 * <p>Thread rule: {@link #append}, {@link #roll}, {@link #configure}, {@link #abandon} and {@link #close} are called by one thread at a
 * time (the partition's lock); everything else may run on any thread beside them. {@link #truncateTo} waits for the device
 * and is called without that lock; nobody appends while a tail is cut.
 *
 * <p><em>offset</em> is Kafka's, <em>position</em> is bytes in a file, <em>index</em> is Chronicle's; only offsets leave
 * this interface. I/O faults surface as {@link org.apache.kafka.common.errors.KafkaStorageException}.
 */
public interface PartitionLog extends AutoCloseable {

    /** The first offset that may be read, at least 0. */
    long startOffset();

    /** The offset that the next appended batch will get at the earliest: last offset + 1. */
    long endOffset();

    /**
     * Appends one complete batch verbatim. Its base offset, leader epoch and CRC are already as they shall be stored.
     *
     * @param batch from position to limit exactly one batch of magic 2; position and limit are left as they were
     * @throws IllegalArgumentException if its base offset is below {@link #endOffset()} or it is not exactly one batch
     * @throws org.apache.kafka.common.errors.RecordTooLargeException if the engine cannot hold a batch of that size
     */
    void append(ByteBuffer batch);

    /**
     * Reads whole batches, from the one that holds {@code offset} on.
     *
     * @param offset first offset wanted; at {@link #endOffset()} the slice is empty
     * @param limitOffset batches whose base offset is at or above it are not returned (high watermark, last stable offset)
     * @param maxBytes the sum of the batches' sizes is at most this
     * @param atLeastOneBatch return the first batch even if it alone is larger than {@code maxBytes}
     * @return a slice the caller must {@link LogSlice#release() release}
     * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException if the offset is below the start or above the end
     */
    LogSlice read(long offset, long limitOffset, int maxBytes, boolean atLeastOneBatch);

    /**
     * The first record, in order of offset, whose timestamp is at or after {@code timestampMs}.
     *
     * @param timestampMs milliseconds since the epoch
     * @return offset, timestamp and leader epoch of that record; empty if there is none
     */
    Optional<TimestampedOffset> findByTimestamp(long timestampMs);

    /** The record with the largest timestamp (the first one of several); empty for an empty log. */
    Optional<TimestampedOffset> maxTimestamp();

    /** Closes the active segment and begins a new one at {@link #endOffset()}; nothing if the active one is empty. */
    void roll();

    /**
     * Moves the start forward, durably; segments that lie wholly below it are removed from disk. Held slices stay readable.
     * Waits for the device, and lets appends and reads go on meanwhile.
     *
     * @throws org.apache.kafka.common.errors.OffsetOutOfRangeException if {@code offset} is above {@link #endOffset()}
     */
    void trimTo(long offset);

    /**
     * Replaces segments that have ended by one that holds what a rewriter makes of their batches. Offsets keep their gaps.
     * Appends and reads go on beside it, and see the old segments or the new.
     *
     * @param fromOffset the first segment's {@link SegmentInfo#baseOffset}
     * @param toOffset segments that begin below it are rewritten; never the active one
     * @return false if there are none, or if the log was trimmed or cut meanwhile: nothing is changed
     * @throws org.apache.kafka.common.errors.CorruptRecordException if one of the batches is damaged: nothing is changed
     * @throws IllegalArgumentException if the log's last batch would be dropped: {@link #endOffset} must stay what it is
     */
    boolean rewrite(long fromOffset, long toOffset, BatchRewriter rewriter);

    /** Cuts the tail: afterwards {@link #endOffset()} is at most {@code offset}, on a batch border. */
    void truncateTo(long offset);

    /** Returns when everything appended before the call is on the device. */
    void force();

    /** The offset below which everything is on the device, or was removed; at most {@link #endOffset()}. */
    long durableOffset();

    /**
     * Asks for what was appended before the call to be made durable, and returns at once. Requests that wait are carried
     * out together; the listener is told. May be called on any thread.
     *
     * @param withinMs how long it may wait for others to join, in milliseconds
     */
    void requestForce(long withinMs);

    /** Who is told of forces; one at a time. */
    void setForceListener(ForceListener listener);

    /**
     * Tells readers in other processes of the machine how far they may read; costs a few stores. Called by one thread at a
     * time, after what lies before these offsets was appended.
     *
     * @param committedOffset the offset after the last committed record
     * @param stableOffset the offset below which every transaction is decided
     */
    default void publish(long committedOffset, long stableOffset) {}

    /** Applies changed settings; what they say of segments holds from the next append on. */
    void configure(LogSettings settings);

    /** The segments in order, the active one last; never empty. */
    List<SegmentInfo> segments();

    /** Bytes of the stored batches. */
    long sizeInBytes();

    /** Closes the log without making anything durable, because it is about to be deleted. Held slices stay readable. */
    void abandon();

    /** Closes the log cleanly; the files stay. Held slices stay readable until their release. */
    @Override
    void close();
}
