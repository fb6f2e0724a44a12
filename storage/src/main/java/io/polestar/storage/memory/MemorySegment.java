package io.polestar.storage.memory;

import io.polestar.storage.SegmentInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** One segment: its batches in order. Owned by its log's monitor. */
final class MemorySegment {

    private final long baseOffset;
    private final List<MemoryBatch> batches = new ArrayList<>();
    private long firstAppendMs;
    private long sizeInBytes;

    MemorySegment(long baseOffset) {
        this.baseOffset = baseOffset;
    }

    void append(MemoryBatch batch, long nowMs) {
        if (batches.isEmpty()) {
            firstAppendMs = nowMs;
        }
        batches.add(batch);
        sizeInBytes += batch.sizeInBytes();
    }

    void truncateTo(long offset) {
        batches.removeIf(batch -> batch.lastOffset() >= offset);
        countBytes();
    }

    /** What is left of some segments, as one. */
    static MemorySegment rewritten(List<MemorySegment> segments, UnaryOperator<List<MemoryBatch>> rewriter) {
        MemorySegment rewritten = new MemorySegment(segments.get(0).baseOffset());
        rewritten.firstAppendMs = segments.get(0).firstAppendMs;
        segments.forEach(segment -> rewritten.batches.addAll(rewriter.apply(segment.batches)));
        rewritten.countBytes();
        return rewritten;
    }

    private void countBytes() {
        sizeInBytes = batches.stream().mapToLong(MemoryBatch::sizeInBytes).sum();
    }

    List<MemoryBatch> batches() {
        return batches;
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    long baseOffset() {
        return batches.isEmpty() ? baseOffset : batches.get(0).baseOffset();
    }

    long nextOffset() {
        return batches.isEmpty() ? baseOffset : batches.get(batches.size() - 1).lastOffset() + 1;
    }

    long firstAppendMs() {
        return firstAppendMs;
    }

    long sizeInBytes() {
        return sizeInBytes;
    }

    SegmentInfo info() {
        long largestMs =
                batches.stream().mapToLong(MemoryBatch::maxTimestampMs).max().orElse(-1);
        long maxTimestampMs = largestMs >= 0 || isEmpty() ? largestMs : firstAppendMs;
        return new SegmentInfo(baseOffset(), nextOffset(), sizeInBytes, sizeInBytes, maxTimestampMs);
    }
}
