package io.polestar.storage;

/**
 * What retention needs to know of a segment.
 *
 * @param baseOffset the offset of its first batch, or the log's end offset if it is empty
 * @param nextOffset the offset after its last batch
 * @param sizeInBytes bytes of its batches
 * @param allocatedBytes bytes of disk it takes (blocks, not the sparse file's length)
 * @param maxTimestampMs the largest record timestamp in it; where no record has one, when the first was appended; -1 if
 *     it is empty
 */
public record SegmentInfo(
        long baseOffset, long nextOffset, long sizeInBytes, long allocatedBytes, long maxTimestampMs) {}
