package io.polestar.ops.cli.record;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;

/** At Ctrl-C or SIGTERM, wakes the consumer and holds the process until it has committed and closed. */
final class WakeAtExit implements AutoCloseable {
    private static final long CLOSE_SECONDS = 10;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    WakeAtExit(Consumer<?, ?> consumer) {
        hook = new Thread(() -> wakeAndWait(consumer), "wake-at-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void wakeAndWait(Consumer<?, ?> consumer) {
        consumer.wakeup();
        try {
            closed.await(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already and the hook has run.
        }
    }
}
