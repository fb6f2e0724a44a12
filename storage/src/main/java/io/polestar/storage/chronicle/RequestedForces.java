package io.polestar.storage.chronicle;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The forces that were asked for one log: however many ask, one runs and one waits at most, so that the appends of many
 * producers are made durable as a group, and a busy log holds one of the forcing threads only. Safe for use from any thread.
 */
final class RequestedForces {

    private enum State {
        IDLE,
        WAITING,
        RUNNING,
        ASKED_AGAIN
    }

    private final ScheduledExecutorService forcer;
    private final Runnable force;
    private final Runnable run = this::run;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private final AtomicBoolean waitingForLater = new AtomicBoolean();
    private final AtomicLong asked = new AtomicLong();
    /** What the last force took; the running force's. */
    private long lastNanos;

    RequestedForces(ScheduledExecutorService forcer, Runnable force) {
        this.forcer = forcer;
        this.force = force;
    }

    void request(long withinMs) {
        if (withinMs <= 0) {
            requestNow();
        } else if (!waitingForLater.getAndSet(true)) {
            submit(this::runLater, withinMs);
        }
    }

    private void runLater() {
        waitingForLater.getAndSet(false);
        requestNow();
    }

    /** Whoever asks while a force runs needs another one: this one may have looked at the end already. */
    private void requestNow() {
        asked.incrementAndGet();
        // Written also where it stays the same: the force to come must see what was appended before.
        State before = state.getAndUpdate(now -> switch (now) {
            case IDLE, WAITING -> State.WAITING;
            case RUNNING, ASKED_AGAIN -> State.ASKED_AGAIN;
        });
        if (before == State.IDLE) {
            submit(run, 0);
        }
    }

    private void run() {
        letOthersJoin();
        state.getAndSet(State.RUNNING);
        long startNanos = System.nanoTime();
        try {
            force.run();
        } finally {
            lastNanos = System.nanoTime() - startNanos;
            if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
                state.getAndSet(State.WAITING);
                submit(run, 0);
            }
        }
    }

    /**
     * Where others wait for a processor, what they are about to append is in this force instead of the next; where none does,
     * a yield costs next to nothing. No longer than a force takes.
     */
    private void letOthersJoin() {
        long startNanos = System.nanoTime();
        long before;
        do {
            before = asked.get();
            Thread.yield();
        } while (asked.get() != before && System.nanoTime() - startNanos < lastNanos);
    }

    private void submit(Runnable task, long delayMs) {
        try {
            forcer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            waitingForLater.set(false); // the store is closing, which forces every log
        }
    }
}
