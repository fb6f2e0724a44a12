package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bound on mapped segments. */
class MappedSegmentsTest {

    @TempDir
    Path folder;

    @Test
    void shouldUnmapTheOldestBeyondTheLimit() throws IOException {
        MappedSegments segments = new MappedSegments(2);
        List<SegmentMemory> memories = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SegmentMemory memory = new SegmentMemory(Files.write(folder.resolve("segment-" + i), new byte[4096]));
            memory.hold(0, 10).release();
            segments.mapped(memory);
            memories.add(memory);
        }

        assertEquals(
                List.of(0, 0, 1, 1),
                memories.stream().map(SegmentMemory::mappedChunks).toList());
        memories.get(0).hold(0, 10).release();
        assertEquals(1, memories.get(0).mappedChunks());
        memories.forEach(SegmentMemory::release);
    }
}
