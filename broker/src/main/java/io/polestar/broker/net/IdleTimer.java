package io.polestar.broker.net;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Ends a connection that nothing has happened on for too long. Owned by the connection's event loop. */
final class IdleTimer {
    private final EventExecutor eventLoop;
    private final long maxIdleNs;
    private final BooleanSupplier spared;
    private final Runnable onIdle;
    private long lastProgressNs = System.nanoTime();
    private Future<?> check;

    /** @param spared whether silence is not the client's fault; it then gets another period */
    IdleTimer(EventExecutor eventLoop, Duration maxIdle, BooleanSupplier spared, Runnable onIdle) {
        this.eventLoop = eventLoop;
        this.maxIdleNs = maxIdle.toNanos();
        this.spared = spared;
        this.onIdle = onIdle;
        schedule(maxIdleNs);
    }

    void progress(long nowNs) {
        lastProgressNs = nowNs;
    }

    void stop() {
        check.cancel(false);
    }

    private void schedule(long delayNs) {
        check = eventLoop.schedule(this::check, delayNs, TimeUnit.NANOSECONDS);
    }

    private void check() {
        long leftNs = maxIdleNs - (System.nanoTime() - lastProgressNs);
        if (leftNs > 0) {
            schedule(leftNs);
        } else if (spared.getAsBoolean()) {
            schedule(maxIdleNs);
        } else {
            onIdle.run();
        }
    }
}
