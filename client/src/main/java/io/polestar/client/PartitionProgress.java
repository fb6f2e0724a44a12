package io.polestar.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * What of a partition was given out and what of it is handled: an offset may be committed when all before it are handled.
 * Guarded by its monitor.
 */
final class PartitionProgress {
    /** One record that was given out. */
    static final class Entry {
        private final long offset;
        private boolean handled;

        private Entry(long offset) {
            this.offset = offset;
        }
    }

    private final Deque<Entry> pending = new ArrayDeque<>();
    private long handledUpTo;
    private long committed;
    private int running;
    private boolean revoked;

    /** @param next the offset that comes first, and whether that itself is a commit worth making */
    PartitionProgress(long next, boolean isCommitted) {
        this.handledUpTo = next;
        this.committed = isCommitted ? next : -1;
    }

    synchronized Entry giveOut(long offset) {
        Entry entry = new Entry(offset);
        pending.add(entry);
        return entry;
    }

    synchronized void handled(Entry entry) {
        entry.handled = true;
        while (!pending.isEmpty() && pending.peek().handled) {
            handledUpTo = pending.poll().offset + 1;
        }
    }

    /** The next offset that is not handled, if that is not committed yet. */
    synchronized OptionalLong toCommit() {
        return handledUpTo == committed ? OptionalLong.empty() : OptionalLong.of(handledUpTo);
    }

    synchronized void committed(long offset) {
        committed = Math.max(committed, offset);
    }

    synchronized boolean isIdle() {
        return pending.isEmpty();
    }

    /** False if it is another consumer's now: then the handler is not called. */
    synchronized boolean begin() {
        if (revoked) {
            return false;
        }
        running++;
        return true;
    }

    synchronized void end() {
        running--;
        notifyAll();
    }

    /** No handler begins from now on; waits for those that run. */
    synchronized void revoke(long deadlineNs) throws InterruptedException {
        revoked = true;
        while (running > 0 && deadlineNs - System.nanoTime() > 0) {
            wait(Math.max(1, (deadlineNs - System.nanoTime()) / 1_000_000));
        }
    }

    synchronized boolean isRevoked() {
        return revoked;
    }
}
