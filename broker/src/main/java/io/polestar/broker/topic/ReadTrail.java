package io.polestar.broker.topic;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * The offsets of one partition that one client was handed: runs, each of which a fetch extends that begins within it. At most
 * {@value #MAX_RUNS}; one more would make a gap between two count as read. Safe for use from any thread.
 */
final class ReadTrail {
    private static final int MAX_RUNS = 16;

    private volatile Run[] runs = {};

    void note(long from, long to) {
        Run[] known = runs;
        for (int i = known.length - 1; i >= 0; i--) {
            if (known[i].extend(from, to)) {
                return;
            }
        }
        begin(from, to);
    }

    private synchronized void begin(long from, long to) {
        Run[] known = runs;
        if (known.length < MAX_RUNS) {
            Run[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = new Run(from, to);
            runs = more;
        } else {
            nearest(from).cover(from, to);
        }
    }

    /** The one that begins closest below, or else the lowest. */
    private Run nearest(long from) {
        Run lowest = runs[0];
        Run below = null;
        for (Run run : runs) {
            if (run.from <= from && (below == null || run.from > below.from)) {
                below = run;
            }
            lowest = run.from < lowest.from ? run : lowest;
        }
        return below == null ? lowest : below;
    }

    List<OffsetRange> ranges() {
        return Arrays.stream(runs).map(run -> new OffsetRange(run.from, run.to)).toList();
    }

    /** Grows only; never removed, so that no extension of it is lost. */
    private static final class Run {
        private static final VarHandle TO;

        static {
            try {
                TO = MethodHandles.lookup().findVarHandle(Run.class, "to", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private volatile long from;
        private volatile long to;

        Run(long from, long to) {
            this.from = from;
            this.to = to;
        }

        boolean extend(long readFrom, long readTo) {
            if (readFrom < from || readFrom > to) {
                return false;
            }
            raise(readTo);
            return true;
        }

        private void raise(long readTo) {
            for (long now = to; now < readTo; now = to) {
                if (TO.compareAndSet(this, now, readTo)) {
                    return;
                }
            }
        }

        void cover(long readFrom, long readTo) {
            from = Math.min(from, readFrom);
            raise(readTo);
        }
    }
}
