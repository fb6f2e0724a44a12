package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What compaction does with a log that is damaged: nothing, loudly. */
@Timeout(30)
class DamagedCompactionTest {

    @TempDir
    Path directory;

    @Test
    void shouldLeaveADamagedLogAsItIsAndSaySo() throws Exception {
        try (CompactedLog log = new CompactedLog(new ChronicleLogStore(directory), directory).open()) {
            log.append("a=1", "b=lighthouse");
            log.append("a=2");
            log.roll();
            log.append("a=3");
            Path segment = segments(log).get(0);
            damage(segment, "lighthouse");
            byte[] before = head(segment);

            assertFalse(log.clean());

            assertEquals(1, log.cleaner().uncleanable());
            assertEquals(1, log.cleaner().failures());
            assertArrayEquals(before, head(segment));
            assertEquals(2, segments(log).size());
            assertFalse(log.clean(), "it is not tried again");
            assertEquals(1, log.cleaner().failures());
            log.append("a=4");
            assertEquals(5, log.partition().logEndOffset());
        }
    }

    private static List<Path> segments(CompactedLog log) throws IOException {
        try (Stream<Path> files = Files.list(log.partition().stateDirectory())) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }

    private static void damage(Path file, String text) throws IOException {
        String content = new String(head(file), StandardCharsets.ISO_8859_1);
        int at = content.indexOf(text);
        assertTrue(at > 0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {'L'}), at);
        }
    }

    private static byte[] head(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(12_000);
        }
    }
}
