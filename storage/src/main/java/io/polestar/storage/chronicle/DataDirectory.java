package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;

/**
 * A data directory while this process owns it: its lock, identity and format, and whether it was left cleanly. Safe for
 * use from any thread.
 */
final class DataDirectory implements AutoCloseable {

    private static final int FORMAT_VERSION = 1;
    private static final String IDENTITY = "polestar.directory";
    private static final String MENDING = "restore it; it has the lines `format_version: " + FORMAT_VERSION
            + "` and `directory_id: ` with the directory.id of meta.properties";
    private static final String CLEAN_STOP = ".clean-stop";
    private static final Pattern FORMAT = Pattern.compile("format_version: (\\d{1,9})\n(?:directory_id: (\\S{22})\n)?");

    private final Path root;
    private final Disk disk;
    private final DirectoryLock lock;
    private final Uuid id;
    private final boolean cleanStop;

    private DataDirectory(Path root, Disk disk, DirectoryLock lock) throws IOException {
        this.root = root;
        this.disk = disk;
        this.lock = lock;
        this.id = identify();
        this.cleanStop = Files.deleteIfExists(root.resolve(CLEAN_STOP));
    }

    /**
     * Takes a directory over, after making it if there is none.
     *
     * @throws DataDirectoryLockedException if it is in use
     * @throws DataDirectoryFormatException if this version cannot read it
     */
    static DataDirectory open(Path root, Disk disk) {
        try {
            Files.createDirectories(root);
            DirectoryLock lock = DirectoryLock.exclusive(root);
            try {
                return new DataDirectory(root, disk, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open data directory " + root, e);
        }
    }

    private Uuid identify() throws IOException {
        Path file = root.resolve(IDENTITY);
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            requireNoLogs(root);
            return createIdentity(file);
        }
        return identityIn(file, text);
    }

    /** Whether this version can read a directory; changes nothing. */
    static void requireReadable(Path root) throws IOException {
        Path file = root.resolve(IDENTITY);
        if (Files.exists(file)) {
            identityIn(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        }
    }

    private static Uuid identityIn(Path file, String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.lookingAt()) {
            throw new DataDirectoryFormatException(file + " is damaged: " + MENDING);
        }
        int version = Integer.parseInt(matcher.group(1));
        if (version > FORMAT_VERSION || matcher.group(2) == null) {
            throw new DataDirectoryFormatException("data directory " + file.getParent() + " has format version "
                    + version + "; this version of Polestar reads up to " + FORMAT_VERSION);
        }
        return Uuid.fromString(matcher.group(2));
    }

    /** A new identity would part the logs from the metadata that speaks of them. */
    private static void requireNoLogs(Path root) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path folder : folders) {
                if (Files.exists(folder.resolve(PartitionMetadata.FILE))) {
                    throw new DataDirectoryFormatException(
                            root.resolve(IDENTITY) + " is missing, although the directory holds logs: " + MENDING);
                }
            }
        }
    }

    private Uuid createIdentity(Path file) throws IOException {
        Uuid created = Uuid.randomUuid();
        String text = "format_version: " + FORMAT_VERSION + "\ndirectory_id: " + created + "\n";
        DurableFile.replace(file, text.getBytes(StandardCharsets.ISO_8859_1), disk);
        return created;
    }

    Path root() {
        return root;
    }

    /** The table in which readers in other processes see how far they may read, empty. */
    OffsetTable offsetTable() {
        try {
            return OffsetTable.create(root);
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot open data directory " + root, e);
        }
    }

    Uuid id() {
        return id;
    }

    boolean wasCleanStop() {
        return cleanStop;
    }

    void markClean() throws IOException {
        DurableFile.replace(root.resolve(CLEAN_STOP), new byte[0], disk);
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
