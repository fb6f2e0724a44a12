package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The logs of a data directory that no broker has open, for tools. Only {@link #repair} changes anything. While it is open
 * no broker can start on the directory. For one thread.
 */
public final class OfflineLogs implements AutoCloseable {

    /** What a repair keeps of a log in which batches are lost. */
    public enum Keep {
        /** The batches before the first loss, so that no offset is missing. */
        BEFORE_LOSS,
        /** Every intact batch: consumers meet a gap in the offsets. */
        ALL_INTACT
    }

    private final Path root;
    private final DirectoryLock lock;

    private OfflineLogs(Path root, DirectoryLock lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * For reading. Nothing is changed, also where a broker crashed.
     *
     * @throws DataDirectoryLockedException if a broker runs on it
     * @throws DataDirectoryFormatException if this version cannot read it
     */
    public static OfflineLogs read(Path root) throws IOException {
        requireDirectory(root);
        return checked(root, DirectoryLock.shared(root));
    }

    /** As {@link #read}, and for {@link #repair}. */
    public static OfflineLogs change(Path root) throws IOException {
        requireDirectory(root);
        return checked(root, DirectoryLock.exclusive(root));
    }

    private static void requireDirectory(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root.toString(), null, "no data directory");
        }
    }

    private static OfflineLogs checked(Path root, DirectoryLock lock) throws IOException {
        try {
            DataDirectory.requireReadable(root);
            return new OfflineLogs(root, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The folders that hold a log, by name. */
    public List<String> partitions() throws IOException {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(OfflineLogs::holdsLog)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private static boolean holdsLog(Path folder) {
        return folder.getFileName().toString().matches(".+-\\d{1,9}")
                && Files.isDirectory(folder)
                && (Files.exists(folder.resolve(PartitionMetadata.FILE))
                        || !SegmentFile.numbers(folder).isEmpty());
    }

    /** Reads a whole log and names every fault. */
    public LogReport verify(String partition) throws IOException {
        return verify(partition, batch -> {});
    }

    /** As {@link #verify(String)}, and shows every batch in the order in which it lies there. */
    public LogReport verify(String partition, Consumer<StoredBatch> each) throws IOException {
        return LogVerification.of(directoryOf(partition), each).report();
    }

    /**
     * Makes a damaged log one that a broker opens. What it replaces stays as {@code .damaged} beside it.
     *
     * @return what was found before; where none of its faults is a loss, nothing was changed
     */
    public LogReport repair(String partition, Keep keep) throws IOException {
        return new LogRepair(directoryOf(partition), Disk.system()).run(keep);
    }

    private Path directoryOf(String partition) throws IOException {
        Path directory = root.resolve(partition);
        if (!partitions().contains(partition)) {
            throw new NoSuchFileException(directory.toString(), null, "no log of that partition");
        }
        return directory;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
