package io.polestar.storage.chronicle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The sparse index of one segment: every few kilobytes the base offset and position of a batch, and the largest
 * timestamp before it. Written by the appending thread; any thread may look something up beside it.
 */
final class SegmentIndex {

    /** Bytes of batches between two entries: a look-up walks at most this far. */
    static final int INTERVAL_BYTES = 8 << 10;

    /** Longs of an entry. */
    static final int WIDTH = 3;

    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(SegmentIndex.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Replaced when it grows; the count is published after it. Volatile for who reads with the count from before. */
    private volatile long[] entries;

    private int count;

    SegmentIndex() {
        this(new long[4 * WIDTH], 0);
    }

    /** @param entries offset, position, timestamp for each entry */
    SegmentIndex(long[] entries, int count) {
        this.entries = entries;
        COUNT.setRelease(this, count);
    }

    /** @param maxTimestampBefore the largest timestamp of all batches before this one, -1 for none */
    void add(long baseOffset, long position, long maxTimestampBefore) {
        int at = count * WIDTH;
        if (at == entries.length) {
            entries = Arrays.copyOf(entries, at * 2);
        }
        entries[at] = baseOffset;
        entries[at + 1] = position;
        entries[at + 2] = maxTimestampBefore;
        COUNT.setRelease(this, count + 1);
    }

    int count() {
        return (int) COUNT.getAcquire(this);
    }

    long[] entries() {
        return entries;
    }

    /** Position of the last known batch that does not begin behind {@code offset}; of the first batch if all do. */
    long positionOf(long offset) {
        return at(lastBelow(0, offset + 1), 1);
    }

    /** Position of the last known batch before which no timestamp reaches {@code timestampMs}. */
    long positionBeforeTimestamp(long timestampMs) {
        return at(lastBelow(2, timestampMs), 1);
    }

    /** Position of the last entry. */
    long lastPosition() {
        return at(count() - 1, 1);
    }

    private long at(int entry, int column) {
        return entries[entry * WIDTH + column];
    }

    /** The last entry whose column is below the bound, else the first. The columns only grow. */
    private int lastBelow(int column, long bound) {
        int low = 0;
        int high = count() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (at(middle, column) < bound) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
