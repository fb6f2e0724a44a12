package io.polestar.broker.topic;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

    private final ThreadPoolExecutor threads = newThreads("polestar-partition-worker-");

    /** Apart, since who opens a partition may wait for a deletion. */
    private final ThreadPoolExecutor deleters = newThreads("polestar-partition-deleter-");

    private final Map<TopicPartition, CompletableFuture<Void>> deletions = new ConcurrentHashMap<>();

    private static ThreadPoolExecutor newThreads(String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
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

    /** Deletes a partition's files in the background. */
    void delete(TopicPartition topicPartition, Runnable deletion) {
        CompletableFuture<Void> done = CompletableFuture.runAsync(deletion, deleters);
        deletions.put(topicPartition, done);
        done.whenComplete((none, failure) -> {
            deletions.remove(topicPartition, done);
            if (failure != null) {
                log.error("partition={} event=delete_failed", topicPartition, failure);
            }
        });
    }

    /** Returns when nothing of an earlier partition of that name is left. */
    void awaitDeleted(TopicPartition topicPartition) {
        CompletableFuture<Void> going = deletions.get(topicPartition);
        if (going != null) {
            going.handle((none, failure) -> null).join();
        }
    }

    /** Returns when the deletions are done. */
    @Override
    public void close() {
        threads.shutdown();
        deleters.shutdown();
        try {
            if (!deleters.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("event=deletions_unfinished left={}", deletions.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
