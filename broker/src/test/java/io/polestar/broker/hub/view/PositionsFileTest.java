package io.polestar.broker.hub.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionsFileTest {
    @TempDir
    Path directory;

    @Test
    void shouldReadWhatWasWrittenLast() throws IOException {
        PositionsFile file = new PositionsFile(directory.resolve("below").resolve("positions"), Disk.system());
        assertEquals(Optional.empty(), file.read());
        Map<SourceId, Position> positions = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            positions.put(new SourceId(Uuid.randomUuid(), i), new Position(1L << i % 60, i));
        }
        file.write(new PositionsFile.Content(0, 1, Map.of()));
        file.write(new PositionsFile.Content(0, 77, positions));
        assertEquals(Optional.of(new PositionsFile.Content(0, 77, positions)), file.read());
        file.delete();
        assertEquals(Optional.empty(), file.read());
    }

    @Test
    void shouldNotBelieveADamagedFile() throws IOException {
        Path path = directory.resolve("positions");
        PositionsFile file = new PositionsFile(path, Disk.system());
        file.write(new PositionsFile.Content(0, 77, Map.of(new SourceId(Uuid.randomUuid(), 1), new Position(5, 2))));
        byte[] good = Files.readAllBytes(path);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 4;
            Files.write(path, bad);
            assertEquals(Optional.empty(), file.read());
        }
        Files.write(path, new byte[3]);
        assertEquals(Optional.empty(), file.read());
    }
}
