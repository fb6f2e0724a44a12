package io.polestar.ops.cli.serve;

import io.polestar.ops.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks before the start that a broker can keep its data where it was told to. */
final class DataDirectory {

    private DataDirectory() {}

    /**
     * Creates the directory if it is absent.
     *
     * @throws CliException if it is no directory, cannot be written, or has less than {@code leastFreeBytes} left
     */
    static void prepare(Path directory, long leastFreeBytes) {
        try {
            Files.createDirectories(directory);
            if (!Files.isWritable(directory)) {
                throw CliException.refused("data directory " + directory + " is not writable");
            }
            checkSpace(directory, leastFreeBytes);
        } catch (IOException e) {
            throw CliException.refused(
                    "data directory " + directory + " cannot be created: "
                            + e.getClass().getSimpleName() + " " + e.getMessage(),
                    e);
        }
    }

    private static void checkSpace(Path directory, long leastFreeBytes) throws IOException {
        long freeBytes = Files.getFileStore(directory).getUsableSpace();
        if (freeBytes < leastFreeBytes) {
            throw CliException.refused("data directory " + directory + " has " + freeBytes
                    + " bytes free, polestar.disk.free.min.bytes asks for " + leastFreeBytes);
        }
    }
}
