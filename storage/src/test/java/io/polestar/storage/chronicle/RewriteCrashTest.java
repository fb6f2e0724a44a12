package io.polestar.storage.chronicle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A crash at every step at which a rewrite or a cut asks something of the device leaves the log as it was or shall be. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RewriteCrashTest {

    private static final TopicPartition PARTITION = new TopicPartition("crashing", 0);
    private static final Uuid TOPIC_ID = new Uuid(8, 15);
    private static final int BATCH_BYTES = Batch.at(0).build().remaining();
    private static final LogSettings SETTINGS = new LogSettings(3 * BATCH_BYTES, Long.MAX_VALUE, 1 << 20);

    @TempDir
    Path folder;

    private final SnapshotDisk disk = new SnapshotDisk();
    private ChronicleLogStore store;
    private PartitionLog log;

    @BeforeEach
    void appendTen() {
        store = store(folder.resolve("data"), disk);
        log = store.open(PARTITION, TOPIC_ID, SETTINGS);
        for (int i = 0; i < 10; i++) {
            log.append(Batch.at(i).build());
        }
        Path partition = store.stateDirectory(PARTITION);
        await().until(() ->
                IntStream.range(0, 3).allMatch(number -> Files.exists(SegmentFile.indexOf(partition, number))));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static ChronicleLogStore store(Path directory, Disk disk) {
        return new ChronicleLogStore(
                directory, new ChronicleLogStore.Options(() -> 0, 10, Duration.ofMinutes(10), disk));
    }

    /** Copies the data directory, as a crash of the process would leave it, before it does what it is asked. */
    private final class SnapshotDisk implements Disk {
        private final List<Path> snapshots = new ArrayList<>();
        private volatile boolean active;

        private synchronized void snapshot() throws IOException {
            if (active) {
                snapshots.add(SparseCopy.of(folder.resolve("data"), folder.resolve("crash-" + snapshots.size())));
            }
        }

        @Override
        public void force(Path file) throws IOException {
            snapshot();
            Disk.system().force(file);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            snapshot();
            Disk.system().forceDirectory(directory);
        }

        @Override
        public long freeBytes(Path directory) throws IOException {
            return Disk.system().freeBytes(directory);
        }
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static List<Long> offsets(PartitionLog of) {
        LogSlice slice = of.read(0, Long.MAX_VALUE, Integer.MAX_VALUE, true);
        try {
            return SliceBatches.of(slice).stream()
                    .map(batch -> BatchHeader.baseOffset(batch, 0))
                    .toList();
        } finally {
            slice.release();
        }
    }

    /** What is read after a crash at each of the steps; each log must go on, too. */
    private Set<List<Long>> recovered() throws IOException {
        disk.active = false;
        Set<List<Long>> found = new LinkedHashSet<>();
        for (Path snapshot : disk.snapshots) {
            try (ChronicleLogStore after = store(snapshot, Disk.system())) {
                PartitionLog reopened = after.open(PARTITION, TOPIC_ID, SETTINGS);
                List<Long> offsets = offsets(reopened);
                found.add(offsets);
                long end = offsets.get(offsets.size() - 1) + 1;
                assertEquals(end, reopened.endOffset());
                reopened.append(Batch.at(end).build());
                assertEquals(offsets.size() + 1, offsets(reopened).size());
                assertNothingLeftOver(after.stateDirectory(PARTITION));
            }
        }
        return found;
    }

    private static void assertNothingLeftOver(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> left = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("rewrite") || name.endsWith(".swap") || name.endsWith(".damaged"))
                    .toList();
            assertEquals(List.of(), left);
        }
    }

    @Test
    void shouldHoldTheOldOrTheNewSegmentsAfterACrashInARewrite() throws Exception {
        disk.active = true;
        log.rewrite(
                0,
                9,
                batch -> BatchHeader.baseOffset(batch, batch.position()) % 2 == 0
                        ? Optional.of(batch)
                        : Optional.empty());

        assertEquals(Set.of(range(0, 10), List.of(0L, 2L, 4L, 6L, 8L, 9L)), recovered());
        assertTrue(disk.snapshots.size() >= 5);
        assertNothingLeftOver(store.stateDirectory(PARTITION));
    }

    @Test
    void shouldHoldTheOldOrTheNewSegmentsAfterACrashWhenNothingIsLeftOfThem() throws Exception {
        disk.active = true;
        log.rewrite(3, 9, batch -> Optional.empty());

        assertEquals(Set.of(range(0, 10), List.of(0L, 1L, 2L, 9L)), recovered());
    }

    @Test
    void shouldHoldTheWholeOrTheCutLogAfterACrashInACut() throws Exception {
        disk.active = true;
        log.truncateTo(4);

        assertEquals(Set.of(range(0, 10), range(0, 4)), recovered());
        log.append(Batch.at(4).build());
        assertEquals(range(0, 5), offsets(log));
        assertNothingLeftOver(store.stateDirectory(PARTITION));
    }

    @Test
    void shouldHoldTheWholeOrTheCutLogAfterACrashInACutBetweenSegments() throws Exception {
        disk.active = true;
        log.truncateTo(6);

        assertEquals(Set.of(range(0, 10), range(0, 6)), recovered());
    }

    @Test
    void shouldFinishAHalfDoneSwapFromWhateverPointItReached() throws Exception {
        log.force();
        store.close();
        Path partition = folder.resolve("data").resolve("crashing-0");
        SegmentSwap swap = new SegmentSwap("rewrite-9", 0, List.of(0, 1, 2));
        try (SegmentCopy copy = new SegmentCopy(partition, partition.resolve("rewrite-9"), 0, 0)) {
            copy.append(Batch.at(4).build());
            copy.append(Batch.at(8).build());
            copy.finishEnded(Disk.system());
        }
        swap.write(partition, Disk.system());
        disk.active = true;
        disk.snapshot();
        swap.moveAside(partition);
        disk.snapshot();
        Files.move(SegmentFile.indexOf(partition.resolve("rewrite-9"), 0), SegmentFile.indexOf(partition, 0));
        disk.snapshot();
        swap.moveAdded(partition);
        disk.snapshot();
        swap.complete(partition, Disk.system());
        disk.snapshot();

        assertEquals(Set.of(List.of(4L, 8L, 9L)), recovered());
    }
}
