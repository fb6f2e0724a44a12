package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The lock of a data directory, held until it is closed. The operating system takes it back when its process dies. */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE = ".lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * For who changes the directory.
     *
     * @throws DataDirectoryLockedException if anybody has it
     */
    static DirectoryLock exclusive(Path root) throws IOException {
        return take(root, false, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /**
     * For who only reads it. Nothing is written, the lock's file neither.
     *
     * @throws DataDirectoryLockedException if somebody changes it
     */
    static DirectoryLock shared(Path root) throws IOException {
        Path file = Files.exists(root.resolve(FILE)) ? root.resolve(FILE) : null;
        return file == null ? new DirectoryLock(null) : take(root, true, StandardOpenOption.READ);
    }

    private static DirectoryLock take(Path root, boolean shared, OpenOption... options) throws IOException {
        FileChannel channel = FileChannel.open(root.resolve(FILE), options);
        FileLock lock = null;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            throw new DataDirectoryLockedException(root);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new DataDirectoryLockedException(root);
        }
        return new DirectoryLock(channel);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
