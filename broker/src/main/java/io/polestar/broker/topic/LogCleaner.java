package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of topics with {@code cleanup.policy=compact}, the dirtiest first, on threads of its own. Memory is
 * taken for a run alone. What it says of itself may be asked by any thread; its monitor guards which threads there are.
 */
public final class LogCleaner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogCleaner.class);

    private volatile CleanerConfig config;
    private final Supplier<Collection<Partition>> partitions;
    private final DiskSpace space;
    private final Time time;
    private final CleanableLogs logs = new CleanableLogs();
    private final CleanerPace pace;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Map<Integer, Thread> threads = new HashMap<>();
    private final LongAdder runs = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder removedBytes = new LongAdder();
    private volatile long lastLookMs;
    /** Counted down when threads that wait are to look at the settings again. */
    private volatile CountDownLatch change = new CountDownLatch(1);

    private boolean started;

    public LogCleaner(BrokerConfig config, Supplier<Collection<Partition>> partitions, DiskSpace space, Time time) {
        this.config = new CleanerConfig(config);
        this.partitions = partitions;
        this.space = space;
        this.time = time;
        this.pace = new CleanerPace(this.config.maxIoBytesPerSecond, stopping);
        this.lastLookMs = time.milliseconds();
    }

    /** Begins, unless it is switched off. */
    public synchronized void start() {
        started = true;
        startMissingThreads();
    }

    private void startMissingThreads() {
        CleanerConfig now = config;
        for (int i = 0; now.enableCleaner && i < now.numThreads; i++) {
            threads.computeIfAbsent(i, this::startThread);
        }
    }

    private Thread startThread(int number) {
        Thread thread = new Thread(() -> run(number), "polestar-log-cleaner-" + number);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void run(int number) {
        try {
            while (stopping.getCount() > 0) {
                CountDownLatch nextChange = change; // before the question that it may change
                if (!isWanted(number)) {
                    return;
                }
                if (!cleanDirtiest()) {
                    nextChange.await(config.backoffMs, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isWanted(int number) {
        boolean wanted = number < config.numThreads;
        if (!wanted) {
            threads.remove(number);
        }
        return wanted;
    }

    /** Follows a change of settings: a run that is going on keeps its memory, all else holds at once. */
    public synchronized void reconfigure(BrokerConfig changed) {
        config = new CleanerConfig(changed);
        pace.setMaxBytesPerSecond(config.maxIoBytesPerSecond);
        if (started && stopping.getCount() > 0) {
            change.countDown();
            change = new CountDownLatch(1);
            startMissingThreads();
        }
    }

    /** Threads that look for work, or do it. */
    public synchronized int threads() {
        return threads.size();
    }

    /** Cleans one log; false if none is due, or it could not be cleaned. */
    boolean cleanDirtiest() {
        lastLookMs = time.milliseconds();
        Optional<CleanableLog> found = logs.take(partitions.get(), lastLookMs);
        return found.isPresent() && clean(found.get());
    }

    private boolean clean(CleanableLog cleanable) {
        Partition partition = cleanable.partition();
        try {
            requireSpace(cleanable);
            Optional<Compaction.Outcome> outcome = compaction(cleanable).run();
            outcome.ifPresentOrElse(done -> finish(cleanable, done), () -> logs.giveBack(partition));
            return outcome.isPresent();
        } catch (CompactionStoppedException | OffsetOutOfRangeException e) {
            log.info("partition={} event=compaction_stopped reason=\"{}\"", partition.topicPartition(), e.getMessage());
            logs.giveBack(partition);
        } catch (RuntimeException | Error e) {
            fail(partition, e);
        }
        return false;
    }

    private Compaction compaction(CleanableLog cleanable) {
        Partition partition = cleanable.partition();
        CleanerConfig now = config;
        Compaction.Memory memory = new Compaction.Memory(
                now.dedupeBufferSize / now.numThreads,
                now.dedupeBufferLoadFactor,
                now.ioBufferSize / now.numThreads / 2);
        return new Compaction(cleanable, memory, lastLookMs, bytes -> {
            if (!partition.isCompacted()) {
                throw new CompactionStoppedException("the partition is closed, or compacted no more");
            }
            pace.spend(bytes);
        });
    }

    /** The new segments lie beside the old ones until these are removed, and a full disk is fatal. */
    private void requireSpace(CleanableLog cleanable) {
        long neededBytes = Math.min(
                cleanable.cleanBytes() + cleanable.dirtyBytes(),
                cleanable.partition().config().segmentSize());
        if (!space.hasRoomFor(neededBytes)) {
            throw new CompactionStoppedException("too little disk is free for another segment");
        }
    }

    private void finish(CleanableLog cleanable, Compaction.Outcome done) {
        Partition partition = cleanable.partition();
        logs.giveBack(partition, done.firstDirty());
        runs.increment();
        readBytes.add(done.readBytes());
        removedBytes.add(done.readBytes() - done.keptBytes());
        log.info(
                "partition={} event=compacted first_dirty_offset={} next_first_dirty_offset={} read_bytes={} kept_bytes={}",
                partition.topicPartition(),
                cleanable.firstDirty(),
                done.firstDirty(),
                done.readBytes(),
                done.keptBytes());
    }

    /** A log that was closed meanwhile, or failed for another reason, has said so itself. */
    private void fail(Partition partition, Throwable cause) {
        if (partition.isCompacted()) {
            failures.increment();
            logs.giveUp(partition, cause);
        } else {
            logs.giveBack(partition);
        }
    }

    /** Runs that came to an end. */
    public long runs() {
        return runs.sum();
    }

    /** Runs that failed. */
    public long failures() {
        return failures.sum();
    }

    /** Bytes of batches that runs looked at. */
    public long readBytes() {
        return readBytes.sum();
    }

    /** Bytes of batches that runs removed. */
    public long removedBytes() {
        return removedBytes.sum();
    }

    /** Logs that are not compacted any more because a run failed. */
    public int uncleanable() {
        return logs.uncleanable();
    }

    /** The largest part of a log that is dirty, from 0 to 1. */
    public double largestDirtyRatio() {
        return logs.largestDirtyRatio();
    }

    /** How long ago it last looked for work, in milliseconds. */
    public long sinceLastLookMs() {
        return time.milliseconds() - lastLookMs;
    }

    /** Stops a run that is going on, which leaves its log as it was. */
    @Override
    public void close() {
        stop();
        boolean interrupted = false;
        for (Thread thread : allThreads()) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void stop() {
        stopping.countDown();
        change.countDown();
    }

    private synchronized List<Thread> allThreads() {
        return List.copyOf(threads.values());
    }
}
