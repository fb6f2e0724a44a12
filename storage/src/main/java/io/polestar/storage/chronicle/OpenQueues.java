package io.polestar.storage.chronicle;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The logs whose queue is open, and a bound on their number: the one that opens its queue beyond it closes those that
 * were idle the longest. Safe for use from any thread.
 */
final class OpenQueues {

    private final int limit;
    private final Set<LogTail> open = ConcurrentHashMap.newKeySet();

    OpenQueues(int limit) {
        this.limit = limit;
    }

    int count() {
        return open.size();
    }

    void opened(LogTail tail) {
        open.add(tail);
        if (open.size() > limit) {
            closeIdle(1 + limit / 16, Long.MAX_VALUE, tail);
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
