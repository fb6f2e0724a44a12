package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Batches that are written to a segment's file, between others that are stored through its mapping. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class FileCopyTest {

    private static final TopicPartition PARTITION = new TopicPartition("large", 0);
    private static final Uuid TOPIC_ID = new Uuid(3, 4);
    private static final LogSettings SETTINGS = new LogSettings(1 << 30, Long.MAX_VALUE, 1 << 20);
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    @Test
    void shouldTakeLargeBatchesOfDirectMemoryOnly() {
        assertTrue(FileCopy.suits(ByteBuffer.allocateDirect(64 << 10)));
        assertFalse(FileCopy.suits(ByteBuffer.allocate(64 << 10)));
        assertFalse(FileCopy.suits(ByteBuffer.allocateDirect(1 << 10)));
    }

    @Test
    void shouldHoldEveryBatchWhereverItEndsInAPage() throws IOException {
        long seed = 20261124;
        List<ByteBuffer> batches = batchesOfAllSizes(new Random(seed), 200);
        Path live = folder.resolve("live");
        try (ChronicleLogStore store = new ChronicleLogStore(live)) {
            PartitionLog log = store.open(PARTITION, TOPIC_ID, SETTINGS);
            batches.forEach(log::append);
            verify(log, batches, "seed " + seed);
            Path crashed = SparseCopy.of(live, folder.resolve("crashed"));
            try (ChronicleLogStore recovered = new ChronicleLogStore(crashed)) {
                verify(recovered.open(PARTITION, TOPIC_ID, SETTINGS), batches, "recovered, seed " + seed);
            }
        }
    }

    /** Large ones that end all over two pages, and now and then a small one; 8 MB at most, which is what {@link SparseCopy} takes. */
    private static List<ByteBuffer> batchesOfAllSizes(Random random, int count) {
        List<ByteBuffer> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int valueBytes = random.nextInt(4) == 0 ? random.nextInt(9000) : (32 << 10) + random.nextInt(2 * PAGE);
            batches.add(Batch.at(i).valueBytes(valueBytes).buildDirect());
        }
        return batches;
    }

    private static void verify(PartitionLog log, List<ByteBuffer> batches, String when) {
        assertEquals(batches.size(), log.endOffset(), when);
        for (int i = 0; i < batches.size(); i++) {
            var slice = log.read(i, i + 1, 1, true);
            assertEquals(List.of(batches.get(i)), SliceBatches.of(slice), when + ", batch " + i);
            slice.release();
        }
    }

    @Test
    void shouldAppendAtTheSamePlaceWhenTheFileDidNotTakeTheBatchBefore() throws IOException {
        Path file = SegmentFile.of(folder, 0);
        try (SegmentAppender appender = new SegmentAppender(folder, 0, 1 << 26)) {
            ByteBuffer small = Batch.at(0).buildDirect();
            long end = Excerpt.after(appender.append(small, -1), ExcerptHeader.SIZE + small.remaining());
            ByteBuffer large = Batch.at(1).valueBytes(100_000).buildDirect();
            Path away = Files.move(file, folder.resolve("away"));
            assertThrows(NoSuchFileException.class, () -> appender.append(large, end));
            Files.move(away, file);

            assertEquals(0, wordAt(file, end));
            assertEquals(end, appender.append(large, end));
        }
        SegmentScan scan = SegmentScan.verify(folder, 0, 0, 0);
        assertTrue(scan.end().isWhole());
        assertEquals(2, scan.segment().nextOffset());
    }

    @Test
    void shouldLeaveAZeroWordBehindEveryBatch() throws IOException {
        try (SegmentAppender appender = new SegmentAppender(folder, 0, 1 << 26)) {
            long expected = -1;
            for (int i = 0; i < 200; i++) {
                ByteBuffer batch = Batch.at(i).valueBytes((32 << 10) + 61 * i).buildDirect();
                expected = Excerpt.after(appender.append(batch, expected), ExcerptHeader.SIZE + batch.remaining());
                assertEquals(0, wordAt(SegmentFile.of(folder, 0), expected), "behind batch " + i);
            }
        }
    }

    private static int wordAt(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer word = ByteBuffer.allocate(Excerpt.WORD);
            channel.read(word, position);
            return word.getInt(0);
        }
    }
}
