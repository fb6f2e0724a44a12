package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where deleted logs wait until their disk is freed, on the given thread. What a stop leaves in it goes after the next
 * start. Safe for use from any thread.
 */
final class Trash {
    private static final String FOLDER = ".trash";
    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

    private final Path root;
    private final Disk disk;
    private final ScheduledExecutorService executor;
    private final Set<Path> waiting = ConcurrentHashMap.newKeySet();

    Trash(Path root, Disk disk, ScheduledExecutorService executor) {
        this.root = root;
        this.disk = disk;
        this.executor = executor;
        takeLeftovers();
    }

    private void takeLeftovers() {
        Path folder = root.resolve(FOLDER);
        if (!Files.exists(folder)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            left.forEach(aside -> free(aside, Duration.ZERO));
        } catch (IOException e) {
            LOG.warn("logs deleted before this start are not removed from disk", e);
        }
    }

    /** Makes a log's folder, if there is one, vanish in one step; frees its disk after the delay. */
    void take(Path folder, Duration delay) throws IOException {
        if (Files.exists(folder)) {
            Path trash = Files.createDirectories(root.resolve(FOLDER));
            Path aside = trash.resolve(Uuid.randomUuid().toString());
            Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
            free(aside, delay);
        }
    }

    private void free(Path aside, Duration delay) {
        waiting.add(aside);
        executor.schedule(() -> remove(aside), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Frees all of it as soon as the thread can. */
    void empty() {
        for (Path aside : waiting) {
            executor.execute(() -> remove(aside));
        }
    }

    private void remove(Path aside) {
        if (!waiting.remove(aside)) {
            return;
        }
        try {
            disk.forceDirectory(root);
            DurableFile.deleteTree(aside);
        } catch (IOException e) {
            LOG.warn("a deleted log is not removed from disk before the next start", e);
        }
    }
}
