package io.polestar.storage.chronicle;

import io.polestar.storage.SegmentInfo;
import java.nio.ByteBuffer;

/**
 * What is known of a segment without reading it; kept in checkpoints. Immutable.
 *
 * @param number the segment's number, Chronicle's cycle
 * @param baseOffset offset of its first batch
 * @param nextOffset offset after its last batch
 * @param endPosition position after its last batch, 0 if it has none
 * @param sizeInBytes bytes of its batches
 * @param batches how many
 * @param maxTimestampMs the largest timestamp, -1 for none
 * @param maxTimestampPosition position of the first batch that has it, -1 for none
 * @param firstAppendMs when its first batch was appended, milliseconds since the epoch
 */
record SegmentSummary(
        int number,
        long baseOffset,
        long nextOffset,
        long endPosition,
        long sizeInBytes,
        int batches,
        long maxTimestampMs,
        long maxTimestampPosition,
        long firstAppendMs) {

    /** Bytes when written. */
    static final int BYTES = 2 * Integer.BYTES + 7 * Long.BYTES;

    static SegmentSummary empty(int number, long baseOffset) {
        return new SegmentSummary(number, baseOffset, baseOffset, 0, 0, 0, -1, -1, 0);
    }

    static SegmentSummary read(ByteBuffer from) {
        return new SegmentSummary(
                from.getInt(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getInt(),
                from.getLong(),
                from.getLong(),
                from.getLong());
    }

    void write(ByteBuffer to) {
        to.putInt(number).putLong(baseOffset).putLong(nextOffset).putLong(endPosition);
        to.putLong(sizeInBytes).putInt(batches).putLong(maxTimestampMs).putLong(maxTimestampPosition);
        to.putLong(firstAppendMs);
    }

    boolean isEmpty() {
        return endPosition == 0;
    }

    SegmentInfo info() {
        // As Kafka does, a segment whose records have no time is as old as itself, and not as old as the epoch.
        long newestMs = maxTimestampMs >= 0 || isEmpty() ? maxTimestampMs : firstAppendMs;
        long allocatedBytes = isEmpty() ? 0 : UnusedBlocks.keptBytes(endPosition);
        return new SegmentInfo(baseOffset, nextOffset, sizeInBytes, allocatedBytes, newestMs);
    }
}
