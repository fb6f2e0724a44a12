package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An empty file whose name says in which run of the operating system a log was last appended to. If it is this one, no
 * power cut came between: the files hold every byte that was written, and what is damaged was damaged by something else.
 * The name alone counts, so that nothing of it can be torn. Stateless.
 */
final class BootMark {

    private static final String PREFIX = ".boot-";

    private BootMark() {}

    /** To be called before the first append of a run. */
    static void write(Path directory, String bootId) throws IOException {
        Path mark = mark(directory, bootId);
        if (Files.exists(mark)) {
            return;
        }
        try (DirectoryStream<Path> earlier = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path each : earlier) {
                Files.deleteIfExists(each);
            }
        }
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException e) {
            // As good.
        }
    }

    static boolean isOf(Path directory, String bootId) {
        return Files.exists(mark(directory, bootId));
    }

    private static Path mark(Path directory, String bootId) {
        return directory.resolve(PREFIX + bootId);
    }
}
