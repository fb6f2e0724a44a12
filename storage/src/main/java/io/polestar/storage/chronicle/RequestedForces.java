package io.polestar.storage.chronicle;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The forces that were asked for one log and have not begun: however many ask, one is waiting at most, so that the appends
 * of many producers are made durable as a group. Safe for use from any thread.
 */
final class RequestedForces {

    private final ScheduledExecutorService forcer;
    private final Runnable force;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final AtomicBoolean waitingForLater = new AtomicBoolean();

    RequestedForces(ScheduledExecutorService forcer, Runnable force) {
        this.forcer = forcer;
        this.force = force;
    }

    void request(long withinMs) {
        AtomicBoolean flag = withinMs <= 0 ? waiting : waitingForLater;
        if (!flag.get() && flag.compareAndSet(false, true)) {
            try {
                forcer.schedule(() -> run(flag), Math.max(0, withinMs), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                flag.set(false); // the store is closing, which forces every log
            }
        }
    }

    /** Whoever asks from here on needs another force: this one may have looked at the end already. */
    private void run(AtomicBoolean flag) {
        flag.set(false);
        force.run();
    }
}
