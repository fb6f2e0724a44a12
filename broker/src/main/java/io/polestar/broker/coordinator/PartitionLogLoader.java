package io.polestar.broker.coordinator;

import io.polestar.broker.topic.Partitions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.Deserializer;

/**
 * Rebuilds coordinators from the partitions' logs, on threads of its own that end when there is nothing to load. Safe
 * for use from any thread.
 *
 * @param <T> the coordinator's record type
 */
public final class PartitionLogLoader<T> implements CoordinatorLoader<T> {
    private static final int THREADS = 2;
    private static final long IDLE_SECONDS = 5;
    private static final long CLOSE_SECONDS = 30;

    private final Partitions partitions;
    private final Deserializer<T> deserializer;
    private final int sliceBytes;
    private final Time time;
    private final ThreadPoolExecutor executor;
    private volatile boolean closed;

    /** @param sliceBytes how much of a log is held at once */
    public PartitionLogLoader(Partitions partitions, Deserializer<T> deserializer, int sliceBytes, Time time) {
        this.partitions = partitions;
        this.deserializer = deserializer;
        this.sliceBytes = sliceBytes;
        this.time = time;
        this.executor = newExecutor();
    }

    private static ThreadPoolExecutor newExecutor() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "coordinator-loader-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public CompletableFuture<LoadSummary> load(TopicPartition topicPartition, CoordinatorPlayback<T> playback) {
        long queuedMs = time.milliseconds();
        try {
            return CompletableFuture.supplyAsync(() -> replay(topicPartition, playback, queuedMs), executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new KafkaException("The coordinator loader is closed"));
        }
    }

    private LoadSummary replay(TopicPartition topicPartition, CoordinatorPlayback<T> playback, long queuedMs) {
        long startMs = time.milliseconds();
        LogReplay<T> replay =
                new LogReplay<>(partitions.leader(topicPartition), deserializer, playback, sliceBytes, () -> closed);
        replay.run();
        return new LoadSummary(
                queuedMs, time.milliseconds(), startMs - queuedMs, replay.recordCount(), replay.byteCount());
    }

    /** Running loads end at their next slice; none is interrupted, because Chronicle does not bear it. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        executor.shutdown();
        executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
