package io.polestar.storage.chronicle;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The logs whose queue is open, and a bound on their number: beyond it those that were idle the longest are closed, in the
 * background, and by the one that opens its queue only where that does not keep up. Safe for use from any thread.
 */
final class OpenQueues {

    private final int limit;
    private final Executor background;
    private final Set<LogTail> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closing = new AtomicBoolean();

    OpenQueues(int limit, Executor background) {
        this.limit = limit;
        this.background = background;
    }

    int count() {
        return open.size();
    }

    void opened(LogTail tail) {
        open.add(tail);
        if (open.size() > limit + limit / 4) {
            closeIdle(open.size() - limit, Long.MAX_VALUE, tail);
        } else if (open.size() > limit && closing.compareAndSet(false, true)) {
            closeInBackground();
        }
    }

    private void closeInBackground() {
        try {
            background.execute(() -> {
                closing.set(false);
                closeIdle(open.size() - limit + limit / 16, Long.MAX_VALUE, null);
            });
        } catch (RejectedExecutionException e) {
            closing.set(false); // the store is closing, and with it every queue
        }
    }

    void closed(LogTail tail) {
        open.remove(tail);
    }

    /** Closes the queues whose last append was before {@code usedBeforeMs}. */
    void closeUnusedSince(long usedBeforeMs) {
        closeIdle(Integer.MAX_VALUE, usedBeforeMs, null);
    }

    private void closeIdle(int atMost, long usedBeforeMs, LogTail except) {
        List<Idle> idle = open.stream()
                .filter(tail -> tail != except)
                .map(tail -> new Idle(tail, tail.lastUsedMs()))
                .filter(each -> each.lastUsedMs < usedBeforeMs)
                .sorted(Comparator.comparingLong(Idle::lastUsedMs))
                .limit(atMost)
                .toList();
        idle.forEach(each -> each.tail.closeIfFree());
    }

    /** The time as it was when it was looked at: appends go on, and to sort by what changes fails. */
    private record Idle(LogTail tail, long lastUsedMs) {}
}
