package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogStore;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of one data directory, each a Chronicle queue in its folder. Owns the directory's lock, a few
 * threads that force what is asked to be durable, one that seals ended segments and closes idle queues, and one that
 * writes ahead of busy ones. Safe for use from any thread.
 */
public final class ChronicleLogStore implements LogStore {

    private static final Logger LOG = LoggerFactory.getLogger(ChronicleLogStore.class);
    private static final int CLOSING_THREADS = 8;

    /**
     * One log is forced by one of them at a time; several logs together, since a device takes many waits at once:
     * with 64 producers on 16 partitions more than twice as much as with one thread (docs/PERFORMANCE.md).
     */
    private static final int FORCING_THREADS = 8;

    /**
     * How a store is run.
     *
     * @param clock milliseconds since the epoch
     * @param maxOpenQueues queues that may be open at once; each costs two file handles, two mappings and about 90 KB
     * @param idleAfter a queue without an append for so long is closed
     * @param disk forces what must survive a power cut
     */
    public record Options(LongSupplier clock, int maxOpenQueues, Duration idleAfter, Disk disk) {
        public Options(LongSupplier clock, int maxOpenQueues, Duration idleAfter) {
            this(clock, maxOpenQueues, idleAfter, Disk.system());
        }

        public static Options defaults() {
            return new Options(System::currentTimeMillis, 1000, Duration.ofMinutes(10));
        }
    }

    private final DataDirectory directory;
    private final OffsetTable offsets;
    private final Trash trash;
    private final Options options;
    private final LogEnvironment environment;
    private final ScheduledExecutorService background;
    private final ScheduledExecutorService forcer;
    private final ExecutorService ahead;
    private final Map<TopicPartition, ChroniclePartitionLog> open = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public ChronicleLogStore(Path directory) {
        this(directory, Options.defaults());
    }

    /**
     * Takes the data directory over, after making it if there is none.
     *
     * @throws DataDirectoryLockedException if it is in use
     * @throws DataDirectoryFormatException if this version cannot read it
     */
    public ChronicleLogStore(Path directory, Options options) {
        this.directory = DataDirectory.open(directory, options.disk());
        this.offsets = this.directory.offsetTable();
        this.options = options;
        this.background = newBackground();
        this.trash = new Trash(directory, options.disk(), background);
        this.forcer = newForcer();
        this.ahead = Executors.newSingleThreadExecutor(task -> newThread(task, "polestar-log-ahead"));
        this.environment = new LogEnvironment(
                options.clock(),
                options.disk(),
                new OpenQueues(options.maxOpenQueues(), background),
                background,
                forcer,
                ahead,
                options.disk().bootId());
        long sweepMs = Math.max(1000, options.idleAfter().toMillis() / 4);
        background.scheduleWithFixedDelay(this::closeIdle, sweepMs, sweepMs, TimeUnit.MILLISECONDS);
    }

    /** What is due only after the store closes, deleted logs, is left to the next start. */
    private static ScheduledExecutorService newBackground() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, task -> newThread(task, "polestar-log-background"));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    /** What still waits when the store closes need not run: closing forces every log. */
    private static ScheduledExecutorService newForcer() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(FORCING_THREADS, task -> newThread(task, "polestar-log-force"));
        executor.setKeepAliveTime(10, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    private static Thread newThread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Loads what the first queue of a JVM needs, which takes a quarter of a second or more: to be run on a thread of its
     * own while other things start.
     */
    public static void warmUp() {
        WarmUp.run(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** Closes the queues that were idle for long; done by the store itself now and then. */
    void closeIdle() {
        environment
                .openQueues()
                .closeUnusedSince(
                        options.clock().getAsLong() - options.idleAfter().toMillis());
    }

    int openQueues() {
        return environment.openQueues().count();
    }

    @Override
    public List<StoredPartition> partitions() {
        List<StoredPartition> partitions = new ArrayList<>();
        try (Stream<Path> folders = Files.list(directory.root())) {
            for (Path folder : (Iterable<Path>) folders.sorted()::iterator) {
                partition(folder).ifPresent(partitions::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return partitions;
    }

    static Optional<StoredPartition> partition(Path folder) throws IOException {
        String name = folder.getFileName().toString();
        int dash = name.lastIndexOf('-');
        if (dash <= 0 || !name.substring(dash + 1).matches("\\d{1,9}")) {
            return Optional.empty();
        }
        TopicPartition partition =
                new TopicPartition(name.substring(0, dash), Integer.parseInt(name.substring(dash + 1)));
        return PartitionMetadata.read(folder).map(metadata -> new StoredPartition(partition, metadata.topicId()));
    }

    @Override
    public PartitionLog open(TopicPartition partition, Uuid topicId, LogSettings settings) {
        return open.compute(partition, (key, opened) -> {
            if (opened != null || closed) {
                throw new IllegalStateException(
                        closed ? "the store is closed" : "log " + partition + " is open already");
            }
            return openLog(partition, topicId, settings);
        });
    }

    private ChroniclePartitionLog openLog(TopicPartition partition, Uuid topicId, LogSettings settings) {
        Path folder = stateDirectory(partition);
        try {
            OpenedLog log = new LogOpening(folder, environment).open(topicId);
            OffsetTable.Slot slot = offsets.claim(topicId, partition.partition());
            return new ChroniclePartitionLog(folder, environment, log, settings, slot, () -> {
                slot.release();
                open.remove(partition);
            });
        } catch (IOException | IllegalStateException | UncheckedIOException e) {
            throw new KafkaStorageException("cannot open log " + partition + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Path stateDirectory(TopicPartition partition) {
        return folder(directory.root(), partition);
    }

    static Path folder(Path root, TopicPartition partition) {
        return root.resolve(partition.topic() + "-" + partition.partition());
    }

    @Override
    public void delete(TopicPartition partition, Duration delay) {
        if (open.containsKey(partition)) {
            throw new IllegalStateException("log " + partition + " is open");
        }
        try {
            trash.take(stateDirectory(partition), delay);
        } catch (IOException e) {
            throw new KafkaStorageException("cannot delete log " + partition + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void freeDeleted() {
        trash.empty();
    }

    @Override
    public Uuid directoryId() {
        return directory.id();
    }

    @Override
    public boolean wasCleanStop() {
        return directory.wasCleanStop();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean clean = closeLogs();
        finish(forcer);
        finish(ahead);
        finish(background);
        try (directory;
                offsets) {
            if (clean) {
                directory.markClean();
            }
        } catch (IOException e) {
            throw new KafkaStorageException("cannot mark the stop as clean", e);
        }
    }

    /** Several at a time, since each waits for the device and the device takes many waits at once. */
    private boolean closeLogs() {
        AtomicBoolean clean = new AtomicBoolean(true);
        ExecutorService closers = Executors.newFixedThreadPool(CLOSING_THREADS);
        open.values()
                .forEach(log -> closers.execute(() -> {
                    if (!close(log)) {
                        clean.set(false);
                    }
                }));
        finish(closers);
        return clean.get();
    }

    private static boolean close(ChroniclePartitionLog log) {
        try {
            log.close();
            return !log.hasFailed();
        } catch (RuntimeException e) {
            LOG.error("a log is not closed cleanly", e);
            return false;
        }
    }

    /** Never interrupted: an interrupt inside Chronicle or a file channel closes it under others. */
    private static void finish(ExecutorService executor) {
        executor.shutdown();
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                done = executor.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
