package io.polestar.storage.chronicle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The segments of a log and the offsets between which it may be read. Changed under the partition's append lock; read by
 * any thread, which sees every batch below the end offset it saw.
 */
final class LogSegments {

    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(LogSegments.class, "endOffset", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Never empty, in order, replaced whole. */
    private volatile Segment[] segments;

    private volatile long startOffset;
    private long endOffset;
    private int nextNumber;

    LogSegments(List<Segment> segments, long startOffset, long endOffset) {
        this.segments = segments.toArray(new Segment[0]);
        this.startOffset = startOffset;
        END.setRelease(this, endOffset);
        this.nextNumber = active().number() + 1;
        segments.subList(0, segments.size() - 1).forEach(Segment::end);
    }

    Segment[] all() {
        return segments;
    }

    Segment active() {
        Segment[] all = segments;
        return all[all.length - 1];
    }

    long startOffset() {
        return startOffset;
    }

    long endOffset() {
        return (long) END.getAcquire(this);
    }

    void startOffset(long offset) {
        startOffset = offset;
    }

    void endOffset(long offset) {
        END.setRelease(this, offset);
    }

    /**
     * A number that no segment has or had since the log was opened. Called under the append lock.
     */
    int nextNumber() {
        return nextNumber++;
    }

    void add(Segment segment) {
        active().end();
        segments = Stream.concat(Arrays.stream(segments), Stream.of(segment)).toArray(Segment[]::new);
    }

    /** Leaves only the segments from {@code from} on. */
    void dropBefore(int from) {
        Segment[] all = segments;
        segments = Arrays.copyOfRange(all, from, all.length);
    }

    /** Puts at most one segment in the place of {@code count} others. */
    void replace(int from, int count, Optional<Segment> with) {
        List<Segment> all = new ArrayList<>(Arrays.asList(segments));
        all.subList(from, from + count).clear();
        with.ifPresent(segment -> all.add(from, segment));
        segments = all.toArray(new Segment[0]);
    }

    /** Leaves the first {@code count} segments and puts one behind them. */
    void replaceFrom(int count, Segment last) {
        Segment[] kept = Arrays.copyOf(segments, count + 1);
        kept[count] = last;
        segments = kept;
    }
}
