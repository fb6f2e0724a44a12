package io.polestar.ops.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary folder on the disk of the system's temporary folder. */
public final class BenchFolder {

    private BenchFolder() {}

    public static Path create() throws IOException {
        return Files.createTempDirectory("polestar-bench");
    }

    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
