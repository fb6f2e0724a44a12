package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.polestar.storage.Batch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bound on the indexes in memory. */
class LoadedIndexesTest {

    @TempDir
    Path folder;

    private Segment segment(int number) throws IOException {
        Segment segment = new Segment(folder, SegmentSummary.empty(number, 0));
        ByteBuffer batch = Batch.at(0).build();
        try (SegmentAppender appender = new SegmentAppender(folder, number, 1 << 20)) {
            for (int i = 0; i < 3; i++) {
                batch.putLong(0, i);
                long position = appender.append(batch, -1);
                segment.appended(batch, 0, batch.remaining(), position, 0);
            }
        }
        return segment;
    }

    @Test
    void shouldForgetTheOldestIndexAndLoadItAgain() throws IOException {
        Segment first = segment(0);
        Segment second = segment(1);
        SegmentIndex ofFirst = first.index();
        SegmentIndex ofSecond = second.index();
        LoadedIndexes indexes = new LoadedIndexes(10);

        indexes.loaded(first, 6);
        indexes.loaded(second, 4);
        assertSame(ofFirst, first.index());
        indexes.loaded(second, 5);

        assertNotSame(ofFirst, first.index());
        assertSame(ofSecond, second.index());
        assertEquals(ofFirst.positionOf(2), first.index().positionOf(2));
    }
}
