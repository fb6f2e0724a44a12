package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;

/**
 * One read: collects whole batches from the segments that a log had when it began. For one thread.
 */
final class LogReader {

    private final Segment[] segments;
    private final long offset;
    private final long limitOffset;
    private final int maxBytes;
    private final boolean atLeastOneBatch;
    private final MappedSlice slice;
    private final ExcerptHeader header = new ExcerptHeader();
    private boolean full;

    LogReader(Segment[] segments, long offset, long limitOffset, int maxBytes, boolean atLeastOneBatch) {
        this.segments = segments;
        this.offset = offset;
        this.limitOffset = limitOffset;
        this.maxBytes = maxBytes;
        this.atLeastOneBatch = atLeastOneBatch;
        this.slice = new MappedSlice(offset);
    }

    LogSlice nothing() {
        return slice;
    }

    LogSlice read() throws IOException {
        boolean complete = false;
        try {
            for (int i = floor(segments, offset); i < segments.length && !full; i++) {
                collect(segments[i]);
            }
            complete = true;
            return slice.finish();
        } finally {
            if (!complete) {
                slice.release();
            }
        }
    }

    /** Index of the segment that holds the offset, if any does. */
    static int floor(Segment[] segments, long offset) {
        int low = 0;
        int high = segments.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments[middle].baseOffset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private void collect(Segment segment) throws IOException {
        if (segment.isEmpty() || segment.nextOffset() <= offset) {
            return;
        }
        try (SegmentWalk walk = segment.walkTo(offset)) {
            while (!full && advance(walk)) {
                take(walk);
            }
        }
    }

    /** What lies before damage is returned; the next read, which begins at it, is refused. */
    private boolean advance(SegmentWalk walk) throws IOException {
        try {
            return walk.advance() && isIntact(walk);
        } catch (CorruptRecordException e) {
            if (slice.sizeInBytes() == 0) {
                throw e;
            }
            full = true;
            return false;
        }
    }

    /** What the batch's own checksum does not cover; the rest is checked by whoever reads the records. */
    private boolean isIntact(SegmentWalk walk) {
        if (!header.isIntact(walk.memory(), walk.payload(), walk.length())) {
            throw walk.damagedAt(walk.position());
        }
        return true;
    }

    private void take(SegmentWalk walk) {
        ByteBuffer memory = walk.memory();
        int at = walk.batch();
        long lastOffset = BatchHeader.lastOffset(memory, at);
        if (lastOffset < offset) {
            return;
        }
        if (BatchHeader.baseOffset(memory, at) >= limitOffset || !fits(walk.batchBytes())) {
            full = true;
        } else {
            slice.add(walk, lastOffset + 1);
        }
    }

    private boolean fits(int batchBytes) {
        boolean first = slice.sizeInBytes() == 0;
        return first && atLeastOneBatch || (long) slice.sizeInBytes() + batchBytes <= maxBytes;
    }
}
