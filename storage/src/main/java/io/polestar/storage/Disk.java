package io.polestar.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a log asks of the device itself, beyond the page cache: everything that is to survive a power cut goes through
 * here, so that a test can watch, delay and fail it. Safe for use from any thread.
 */
public interface Disk {

    /**
     * Returns when a file's bytes are on the device.
     *
     * @throws IOException also for an earlier write-back that failed; the file's pages cannot be relied on afterwards
     */
    void force(Path file) throws IOException;

    /** Returns when the names that were created, renamed and removed in a directory are on the device. */
    void forceDirectory(Path directory) throws IOException;

    /** Bytes that may still be written below a directory. */
    long freeBytes(Path directory) throws IOException;

    /**
     * Names the run of the operating system that holds the page cache: what was written in the same run is in the files,
     * forced or not. Where the system has no such name, one that nothing else has.
     */
    default String bootId() {
        return BootId.current();
    }

    /** The operating system's own. */
    static Disk system() {
        return SystemDisk.INSTANCE;
    }

    /** Asks the operating system; stateless. */
    enum SystemDisk implements Disk {
        INSTANCE;

        @Override
        public void force(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(false);
            }
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }

        @Override
        public long freeBytes(Path directory) throws IOException {
            return Files.getFileStore(directory).getUsableSpace();
        }
    }
}
