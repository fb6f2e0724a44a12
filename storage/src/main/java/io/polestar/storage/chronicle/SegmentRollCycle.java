package io.polestar.storage.chronicle;

import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * Makes a Chronicle cycle of a segment: one "second" per segment number, so that file names are unique and sort like the
 * numbers. Immutable.
 */
final class SegmentRollCycle implements RollCycle {

    static final SegmentRollCycle INSTANCE = new SegmentRollCycle();

    /** Chronicle counts excerpts in 26 bits of its index with this spacing; we roll before. */
    static final int MAX_BATCHES = 60_000_000;

    private static final int LENGTH_MS = 1000;

    private final RollCycleArithmetic arithmetic = RollCycleArithmetic.of(512, 256);

    private SegmentRollCycle() {}

    static long timeOf(int segmentNumber) {
        return segmentNumber * (long) LENGTH_MS;
    }

    @Override
    public String format() {
        return "yyyyMMdd-HHmmss'S'";
    }

    @Override
    public int lengthInMillis() {
        return LENGTH_MS;
    }

    @Override
    public int defaultIndexCount() {
        return arithmetic.indexCount();
    }

    @Override
    public int defaultIndexSpacing() {
        return arithmetic.indexSpacing();
    }

    @Override
    public long toIndex(int cycle, long sequenceNumber) {
        return arithmetic.toIndex(cycle, sequenceNumber);
    }

    @Override
    public long toSequenceNumber(long index) {
        return arithmetic.toSequenceNumber(index);
    }

    @Override
    public int toCycle(long index) {
        return arithmetic.toCycle(index);
    }

    @Override
    public long maxMessagesPerCycle() {
        return arithmetic.maxMessagesPerCycle();
    }

    @Override
    public String toString() {
        return "SEGMENT";
    }
}
