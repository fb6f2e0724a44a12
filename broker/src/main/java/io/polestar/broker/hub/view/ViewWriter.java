package io.polestar.broker.hub.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that writes views: sources that committed something take turns. */
final class ViewWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ViewWriter.class);
    private static final long RETRY_MS = 1000;

    private final BlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "polestar-views");
    private final List<Source> failed = new ArrayList<>();
    private final Map<SourceId, String> told = new HashMap<>();
    private long retryAtNs;
    private volatile boolean closed;

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    void enqueue(Source source) {
        turns.add(() -> take(source));
    }

    private void run() {
        while (!closed) {
            try {
                Runnable turn = turns.poll(RETRY_MS, TimeUnit.MILLISECONDS);
                if (turn != null) {
                    turn.run();
                }
                retry();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void take(Source source) {
        source.beginTurn();
        boolean more = false;
        for (ViewPartition view : source.views()) {
            more |= take(source, view);
        }
        if (more && !closed) {
            source.signal();
        }
    }

    private boolean take(Source source, ViewPartition view) {
        try {
            return view.take(source);
        } catch (NotLeaderOrFollowerException e) {
            log.debug("view={} event=not_led_yet", view.partition().topicPartition());
        } catch (RuntimeException | InternalError e) {
            tell(source, view, e);
        }
        later(source);
        return false;
    }

    /** Once for each reason, however often it is tried again. */
    private void tell(Source source, ViewPartition view, Throwable failure) {
        if (!String.valueOf(failure.getMessage()).equals(told.put(source.id(), String.valueOf(failure.getMessage())))) {
            log.error(
                    "view={} source={} event=view_behind action=retry",
                    view.partition().topicPartition(),
                    source.topicPartition(),
                    failure);
        }
    }

    private void later(Source source) {
        if (failed.isEmpty()) {
            retryAtNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MS);
        }
        failed.add(source);
    }

    private void retry() {
        if (!failed.isEmpty() && System.nanoTime() - retryAtNs >= 0) {
            List<Source> again = List.copyOf(failed);
            failed.clear();
            again.forEach(Source::signal);
        }
    }

    /** Returns when the last turn is over. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        turns.add(() -> {});
        thread.join();
    }
}
