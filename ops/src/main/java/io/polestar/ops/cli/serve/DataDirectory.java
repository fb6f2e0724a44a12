package io.polestar.ops.cli.serve;

import io.polestar.ops.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks before the start that a broker can keep its data where it was told to. */
final class DataDirectory {

    /** What a broker needs to start on data that is there: it then serves readers, and those who delete. */
    private static final int PART_FOR_A_RESTART = 4;

    private static final String IDENTITY = "meta.properties";

    private DataDirectory() {}

    /**
     * Creates the directory if it is absent.
     *
     * @param leastFreeBytes what must be free for a new directory; a quarter of it for one that holds data
     * @throws CliException if it is no directory, cannot be written, or has too little space left
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
        boolean holdsData = Files.exists(directory.resolve(IDENTITY));
        if (freeBytes < (holdsData ? leastFreeBytes / PART_FOR_A_RESTART : leastFreeBytes)) {
            throw CliException.refused("data directory " + directory + " has " + freeBytes
                    + " bytes free, polestar.disk.free.min.bytes asks for " + leastFreeBytes
                    + (holdsData ? ", and to start on the data that is there for a quarter of it" : ""));
        }
    }
}
