package io.polestar.ops.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.cli.CliException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    private Path folder;

    @Test
    void shouldCreateItWhenItIsAbsent() {
        DataDirectory.prepare(folder.resolve("a/b"), 0);
        assertTrue(Files.isDirectory(folder.resolve("a/b")));
    }

    @Test
    void shouldRefuseWhenAFileIsInItsPlace() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertTrue(refusal(file, 0).startsWith("data directory " + file + " cannot be created"));
        assertTrue(refusal(file.resolve("under"), 0).contains("cannot be created"));
    }

    @Test
    void shouldSayHowMuchIsAskedForWhenTheDiskIsTooFull() {
        String line = refusal(folder, Long.MAX_VALUE);
        assertTrue(line.endsWith("polestar.disk.free.min.bytes asks for " + Long.MAX_VALUE), line);
    }

    @Test
    void shouldStartOnDataThatIsThereWithAQuarterOfTheSpace() throws Exception {
        Files.createFile(folder.resolve("meta.properties"));
        long free = Files.getFileStore(folder).getUsableSpace();
        DataDirectory.prepare(folder, 2 * free);
        assertTrue(refusal(folder, 8 * free).contains("a quarter"));
    }

    private static String refusal(Path directory, long leastFreeBytes) {
        CliException refused = assertThrows(CliException.class, () -> DataDirectory.prepare(directory, leastFreeBytes));
        assertEquals(-1, refused.getMessage().indexOf('\n'));
        return refused.getMessage();
    }
}
