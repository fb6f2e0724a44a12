package io.polestar.broker.topic;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for work on many partitions' files at once: opening and closing them, and deleting those whose topics are gone.
 * They end when there is nothing to do, and are never interrupted, which Chronicle does not bear. Given work by one thread, and by its own.
 */
final class PartitionWorkers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PartitionWorkers.class);
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

    /** Fewer are not worth a hand-off. */
    private static final int WORTH_SHARING = 32;

    private static final int IDLE_SECONDS = 5;
    private static final int PROGRESS_SECONDS = 1;
    private static final int CLOSE_SECONDS = 60;
    private static final int DELETE_DELAY_MS = 200;

    private final ThreadPoolExecutor threads = newThreads("polestar-partition-worker-");

    /** Apart, since who opens a partition may wait for a deletion. One alone: nobody else waits for it. */
    private final ScheduledThreadPoolExecutor deleter =
            new ScheduledThreadPoolExecutor(1, named("polestar-partition-deleter-"));

    private final Map<TopicPartition, Deletion> deletions = new ConcurrentHashMap<>();

    PartitionWorkers() {
        deleter.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        deleter.allowCoreThreadTimeOut(true);
    }

    private static ThreadPoolExecutor newThreads(String name) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Does the work on each, several at a time, and returns when all are done; says how far it is when it takes long.
     *
     * @param work must not throw
     */
    <T> void onEach(String what, Collection<T> all, Consumer<T> work) {
        if (all.size() < WORTH_SHARING) {
            all.forEach(work);
            return;
        }
        CountDownLatch left = new CountDownLatch(all.size());
        for (T each : all) {
            threads.execute(() -> {
                try {
                    work.accept(each);
                } finally {
                    left.countDown();
                }
            });
        }
        await(what, all.size(), left);
    }

    private static void await(String what, int all, CountDownLatch left) {
        boolean interrupted = false;
        boolean done = false;
        long startNs = System.nanoTime();
        while (!done) {
            try {
                done = left.await(PROGRESS_SECONDS, TimeUnit.SECONDS);
                if (!done) {
                    log.info(
                            "event=partitions_{} done={} of={} elapsed_ms={}",
                            what,
                            all - left.getCount(),
                            all,
                            (System.nanoTime() - startNs) / 1_000_000);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes a partition's files in the background, a moment later: who asked for it is answered first. */
    void delete(TopicPartition topicPartition, Runnable work) {
        Deletion deletion = new Deletion(topicPartition, work);
        deletions.put(topicPartition, deletion);
        deleter.schedule(() -> finish(deletion), DELETE_DELAY_MS, TimeUnit.MILLISECONDS);
    }

    /** Returns when nothing of an earlier partition of that name is left; does the work if nobody has begun with it. */
    void awaitDeleted(TopicPartition topicPartition) {
        Deletion deletion = deletions.get(topicPartition);
        if (deletion != null) {
            finish(deletion);
        }
    }

    private void finish(Deletion deletion) {
        deletion.run();
        deletions.remove(deletion.topicPartition, deletion);
    }

    /** The deletion of a partition's files, done by whoever comes first, while others wait for it. */
    private static final class Deletion {
        private final TopicPartition topicPartition;
        private final Runnable work;
        private final AtomicBoolean begun = new AtomicBoolean();
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Deletion(TopicPartition topicPartition, Runnable work) {
            this.topicPartition = topicPartition;
            this.work = work;
        }

        void run() {
            if (!begun.compareAndSet(false, true)) {
                done.join();
                return;
            }
            try {
                work.run();
            } catch (RuntimeException e) {
                log.error("partition={} event=delete_failed", topicPartition, e);
            } finally {
                done.complete(null);
            }
        }
    }

    /** Returns when the deletions are done. */
    @Override
    public void close() {
        threads.shutdown();
        deleter.shutdown();
        try {
            if (!deleter.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("event=deletions_unfinished left={}", deletions.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
