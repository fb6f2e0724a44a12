package io.polestar.client;

import io.polestar.client.config.QueueFullBehaviour;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A publisher's messages that are not answered yet: those that wait, and how many are in flight; together they are bounded.
 * At most half of them are in flight, so that there are some to drop. Any thread; guarded by its lock.
 */
final class PublishQueue {
    private final int capacity;
    private final int window;
    private final QueueFullBehaviour whenFull;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Condition answered = lock.newCondition();
    private final Deque<PendingMessage> waiting = new ArrayDeque<>();
    /** How many unanswered there are of each generation; a flush ends one, and waits for it and those before. */
    private final TreeMap<Long, Integer> unanswered = new TreeMap<>();

    private long generation;
    private int inFlight;
    private boolean closed;

    PublishQueue(int capacity, QueueFullBehaviour whenFull) {
        this.capacity = capacity;
        this.window = Math.max(1, capacity / 2);
        this.whenFull = whenFull;
    }

    /** What became of a message that was brought. */
    enum Outcome {
        TAKEN,
        REFUSED,
        CLOSED
    }

    /**
     * What became of it, and which message, this or an older one, was dropped.
     *
     * @param dropped is not in the queue any more
     */
    record Offer(Outcome outcome, Optional<PendingMessage> dropped) {
        private static Offer of(Outcome outcome) {
            return new Offer(outcome, Optional.empty());
        }
    }

    /** Brings a message, stamped in the order of the queue; waits for room if that is what is to be done. */
    Offer offer(PendingMessage message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Optional<PendingMessage> dropped = Optional.empty();
            if (size() >= capacity && !closed) {
                switch (whenFull) {
                    case FAIL -> {
                        return Offer.of(Outcome.REFUSED);
                    }
                    case DROP_NEWEST -> {
                        message.stamp();
                        return new Offer(Outcome.TAKEN, Optional.of(message));
                    }
                    case DROP_OLDEST -> dropped = dropOldest();
                    case BLOCK -> {}
                }
            }
            while (size() >= capacity && !closed) {
                room.await();
            }
            if (closed) {
                return new Offer(Outcome.CLOSED, dropped);
            }
            add(message);
            return new Offer(Outcome.TAKEN, dropped);
        } finally {
            lock.unlock();
        }
    }

    private void add(PendingMessage message) {
        message.stamp();
        message.generation = generation;
        unanswered.merge(generation, 1, Integer::sum);
        waiting.add(message);
        work.signal();
    }

    private Optional<PendingMessage> dropOldest() {
        Optional<PendingMessage> oldest = Optional.ofNullable(waiting.poll());
        oldest.ifPresent(this::forget);
        return oldest;
    }

    /** The next to send, now in flight; null when the queue is closed and nothing waits. Waits. */
    PendingMessage take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() || inFlight >= window) {
                if (closed && waiting.isEmpty()) {
                    return null;
                }
                work.await();
            }
            inFlight++;
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** A message is no longer in flight: there is room for another. */
    void landed() {
        lock.lock();
        try {
            inFlight--;
            room.signal();
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whoever published a message that landed has its answer. */
    void answered(PendingMessage message) {
        lock.lock();
        try {
            forget(message);
        } finally {
            lock.unlock();
        }
    }

    private void forget(PendingMessage message) {
        unanswered.computeIfPresent(message.generation, (key, count) -> count == 1 ? null : count - 1);
        answered.signalAll();
    }

    /** Waits until all that was brought before is answered; false if that takes longer. */
    boolean flush(long timeoutNs) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long last = generation++;
            long leftNs = timeoutNs;
            while (!unanswered.isEmpty() && unanswered.firstKey() <= last) {
                if (leftNs <= 0) {
                    return false;
                }
                leftNs = answered.awaitNanos(leftNs);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How many flushes have begun. */
    long flushes() {
        lock.lock();
        try {
            return generation;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more; what it has is still to be sent. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next that waits, not to be sent any more; empty when none does. */
    Optional<PendingMessage> abandonNext() {
        lock.lock();
        try {
            return dropOldest();
        } finally {
            lock.unlock();
        }
    }

    private int size() {
        return waiting.size() + inFlight;
    }

    /** Full is 1. */
    double fill() {
        lock.lock();
        try {
            return (double) size() / capacity;
        } finally {
            lock.unlock();
        }
    }

    int inFlight() {
        lock.lock();
        try {
            return inFlight;
        } finally {
            lock.unlock();
        }
    }

    static long withoutEnd() {
        return TimeUnit.DAYS.toNanos(10_000);
    }
}
