package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is found after a process died, a machine lost power, or a file was damaged. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RecoveryTest {

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final LogSettings SETTINGS = new LogSettings(1 << 30, Long.MAX_VALUE, 1 << 20);
    private static final int BATCHES = 40;

    @TempDir
    Path folder;

    private Disk disk = Disk.system();
    private int crashes;
    private List<Long> positions;
    private long end;

    /** Where the batches of the only segment lie. */
    @BeforeEach
    void locate() throws IOException {
        Path written = crash(log -> {});
        Path directory = written.resolve("orders-0");
        positions = new ArrayList<>();
        SegmentMemory memory = new SegmentMemory(SegmentFile.of(directory, 0));
        try (SegmentWalk walk = new SegmentWalk(memory, 0, Files.size(memory.file()))) {
            while (walk.advance()) {
                positions.add(walk.position());
            }
            end = walk.nextPosition();
        }
        memory.release();
        assertEquals(BATCHES, positions.size());
    }

    private interface Use {
        void of(PartitionLog log) throws IOException;
    }

    /** Appends to a fresh log, does something to it, and returns a copy of the directory taken in that moment. */
    private Path crash(Use before) throws IOException {
        Path live = Files.createDirectory(folder.resolve("live-" + crashes));
        try (ChronicleLogStore store = new ChronicleLogStore(live)) {
            PartitionLog log = store.open(PARTITION, TOPIC_ID, SETTINGS);
            append(log, BATCHES);
            before.of(log);
            return SparseCopy.of(live, folder.resolve("copy-" + crashes++));
        }
    }

    private static void append(PartitionLog log, int batches) {
        for (int i = 0; i < batches; i++) {
            long offset = log.endOffset();
            log.append(
                    Batch.at(offset).valueBytes(50 + (int) (offset * 37 % 900)).build());
        }
    }

    /** From here on the machine was down, and not the process alone: what was not forced may be gone. */
    private void reboot() {
        disk = new RebootedDisk("the-next-boot");
    }

    private void after(Path directory, Use use) throws IOException {
        ChronicleLogStore.Options options =
                new ChronicleLogStore.Options(System::currentTimeMillis, 100, Duration.ofMinutes(10), disk);
        try (ChronicleLogStore store = new ChronicleLogStore(directory, options)) {
            use.of(store.open(PARTITION, TOPIC_ID, SETTINGS));
        }
    }

    /** The log holds exactly these offsets, takes more, and has them after another start. */
    private void verifyHoldsAndGoesOn(Path directory, int batches) throws IOException {
        after(directory, log -> {
            verifyHolds(log, batches);
            append(log, 5);
            verifyHolds(log, batches + 5);
        });
        after(directory, log -> verifyHolds(log, batches + 5));
        Files.deleteIfExists(directory.resolve("orders-0/log.checkpoint"));
        after(directory, log -> verifyHolds(log, batches + 5));
    }

    private static void verifyHolds(PartitionLog log, int batches) {
        assertEquals(batches, log.endOffset());
        LogSlice slice = log.read(0, Long.MAX_VALUE, Integer.MAX_VALUE, true);
        long expected = 0;
        for (ByteBuffer region : SliceBatches.of(slice)) {
            int valueBytes = 50 + (int) (expected * 37 % 900);
            assertEquals(Batch.at(expected).valueBytes(valueBytes).build(), region);
            expected++;
        }
        slice.release();
        assertEquals(batches, expected);
    }

    private static void write(Path file, long at, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(bytes, at);
        }
    }

    private static Path segment(Path directory, int number) {
        return SegmentFile.of(directory.resolve("orders-0"), number);
    }

    private int batchesBefore(long position) {
        return (int) positions.stream().skip(1).filter(p -> p <= position).count();
    }

    @Test
    void shouldHoldEverythingAndLeaveTheFileAloneWhenTheProcessDied() throws IOException {
        Path crashed = crash(log -> {});
        Object before = Files.readAttributes(segment(crashed, 0), "fileKey").get("fileKey");

        verifyHoldsAndGoesOn(crashed, BATCHES);

        assertEquals(
                before, Files.readAttributes(segment(crashed, 0), "fileKey").get("fileKey"));
    }

    @Test
    void shouldCutWhereTheTailBecameZeroes() throws IOException {
        reboot();
        Random random = new Random(4711);
        for (int round = 0; round < 8; round++) {
            long from = positions.get(0) + (long) (random.nextDouble() * (end - positions.get(0)));
            Path crashed = crash(log -> {});
            write(segment(crashed, 0), from, ByteBuffer.allocate((int) (end - from) + 100));

            // The last bytes of a batch may be zeroes anyhow, so one more than those before may be whole.
            after(crashed, log -> {
                int kept = (int) log.endOffset();
                assertTrue(kept == batchesBefore(from) || kept == batchesBefore(from) + 1, "seed 4711 at " + from);
                verifyHolds(log, kept);
                append(log, 3);
                verifyHolds(log, kept + 3);
            });
        }
    }

    @Test
    void shouldCutAtADamagedByteAndPutTheFileAside() throws IOException {
        reboot();
        Random random = new Random(815);
        for (int round = 0; round < 8; round++) {
            int victim = random.nextInt(BATCHES - 1);
            // In front of it lies what decides nothing but whether a hole is believed to be one: the forced position.
            long from = positions.get(victim) + Excerpt.WORD + 8;
            long at = from + (long) (random.nextDouble() * (paddingOf(victim) - from));
            Path crashed = crash(log -> {});
            flipBit(segment(crashed, 0), at, random.nextInt(8));

            verifyHoldsAndGoesOn(crashed, victim);

            assertTrue(victim == 0
                    || Files.exists(crashed.resolve("orders-0/19700101-000000S.cq4.damaged"))
                    || at - positions.get(victim) < 4);
        }
    }

    /** Where the batch's bytes end, before what aligns the next. */
    private long paddingOf(int batch) {
        int valueBytes = 50 + (int) (batch * 37L % 900);
        return positions.get(batch)
                + 16
                + Batch.at(batch).valueBytes(valueBytes).build().remaining();
    }

    private static void flipBit(Path file, long at, int bit) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
            channel.write(one, at);
        }
    }

    @Test
    void shouldOverwriteWhatWasWrittenInPart() throws IOException {
        Path crashed = crash(log -> {});
        byte[] garbage = new byte[3000];
        new Random(1).nextBytes(garbage);

        write(segment(crashed, 0), end + 4, ByteBuffer.wrap(garbage));

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldCutAnExcerptThatWasNotCompleted() throws IOException {
        Path crashed = crash(log -> {});

        write(segment(crashed, 0), end, ByteBuffer.wrap(new byte[] {0, 0, 0, (byte) 0x80, 1, 1, 0, 0, 77}));

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldNotMistakeADamagedBatchForMetadata() throws IOException {
        reboot();
        Path crashed = crash(log -> {});

        flipBit(segment(crashed, 0), positions.get(7) + 3, 6);

        verifyHoldsAndGoesOn(crashed, 7);
    }

    @Test
    void shouldSurviveAWriteLockOfAProcessWithTheSameId() throws IOException {
        Path crashed = crash(log -> {});
        try (SingleChronicleQueue queue = SingleChronicleQueueBuilder.binary(
                        crashed.resolve("orders-0").toFile())
                .rollCycle(SegmentRollCycle.INSTANCE)
                .build()) {
            queue.metaStore().doWithExclusiveLock(table -> {
                table.acquireValueFor("chronicle.write.lock").setVolatileValue(Jvm.getProcessId());
                return null;
            });
        }
        long startNs = System.nanoTime();

        verifyHoldsAndGoesOn(crashed, BATCHES);

        assertTrue(System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void shouldBeginAnewWhenTheProcessDiedWhileItMadeTheQueue() throws IOException {
        Path crashed = crash(log -> {});
        Files.delete(segment(crashed, 0));
        byte[] notComplete = {0, 0, 0, (byte) 0x80};
        write(crashed.resolve("orders-0/" + SegmentFile.CHRONICLE_METADATA), 0, ByteBuffer.wrap(notComplete));

        verifyHoldsAndGoesOn(crashed, 0);
    }

    @Test
    void shouldDropASegmentWhoseHeadTheProcessWasWritingWhenItDied() throws IOException {
        Path crashed = crash(log -> {
            log.roll();
            append(log, 1);
        });
        Path young = segment(crashed, 1);
        byte[] begun = Arrays.copyOf(Files.readAllBytes(young), 4096);
        ByteBuffer head = ByteBuffer.wrap(begun).order(ByteOrder.LITTLE_ENDIAN);
        long headEnd = Excerpt.after(0, head.getInt(0));
        head.putInt(0, 1 << 31).putLong(StoreHeader.VALUE_AT, headEnd);
        Arrays.fill(begun, (int) headEnd, begun.length, (byte) 0);
        Files.write(young, begun);

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldRecoverAcrossSegments() throws IOException {
        Path crashed = crash(log -> {
            log.roll();
            append(log, 10);
            log.roll();
            append(log, 10);
        });
        after(crashed, log -> {
            assertEquals(
                    List.of(0L, 40L, 50L),
                    log.segments().stream().map(SegmentInfo::baseOffset).toList());
            verifyHolds(log, 60);
        });
    }

    @Test
    void shouldDropWhatLiesBehindADamagedSegmentThatWasNotSealed() throws IOException {
        reboot();
        Path crashed = crash(log -> {
            log.roll();
            append(log, 10);
        });
        Files.deleteIfExists(SegmentFile.indexOf(crashed.resolve("orders-0"), 0));
        flipBit(segment(crashed, 0), positions.get(9) + 40, 3);

        verifyHoldsAndGoesOn(crashed, 9);

        assertTrue(Files.exists(crashed.resolve("orders-0/19700101-000001S.cq4.damaged")));
    }

    @Test
    void shouldNotReadSealedSegmentsAgainAfterACrash() throws IOException {
        Path crashed = crash(log -> {
            log.roll();
            append(log, 10);
            Awaitility.await()
                    .until(() -> Files.list(folder)
                            .anyMatch(live -> Files.exists(live.resolve("orders-0/19700101-000000S.index"))));
        });
        flipBit(segment(crashed, 0), positions.get(9) + 40, 3);

        after(crashed, log -> assertEquals(BATCHES + 10, log.endOffset()));
    }

    @Test
    void shouldNotOpenEndedSegmentsToGoOnBehindThem() throws IOException {
        Path crashed = crash(log -> {
            for (int i = 0; i < 3; i++) {
                log.roll();
                append(log, 1);
            }
            Awaitility.await()
                    .until(() -> Files.list(folder)
                            .anyMatch(live -> Files.exists(live.resolve("orders-0/19700101-000002S.index"))));
        });
        int notCompleteBit = 7;
        flipBit(segment(crashed, 0), 3, notCompleteBit);

        after(crashed, log -> {
            append(log, 1);
            LogSlice slice = log.read(0, Long.MAX_VALUE, Integer.MAX_VALUE, true);
            assertEquals(BATCHES + 4, slice.nextOffset());
            slice.release();
        });
        assertTrue(Files.exists(segment(crashed, 0)));
    }

    @Test
    void shouldRebuildAnIndexThatIsMissingOrDamaged() throws IOException {
        for (boolean missing : new boolean[] {true, false}) {
            Path crashed = crash(log -> {
                log.roll();
                append(log, 10);
            });
            Path index = SegmentFile.indexOf(crashed.resolve("orders-0"), 0);
            if (missing) {
                Files.deleteIfExists(index);
            } else {
                Files.write(index, new byte[] {1, 2, 3});
            }
            verifyHoldsAndGoesOn(crashed, BATCHES + 10);
        }
    }

    @Test
    void shouldNotTrustADamagedCheckpoint() throws IOException {
        Path crashed = crash(log -> {});
        after(crashed, log -> {});
        Path checkpoint = crashed.resolve("orders-0/log.checkpoint");

        flipBit(checkpoint, Files.size(checkpoint) - 20, 2);

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldNotTrustACheckpointThatCameBack() throws IOException {
        Path crashed = crash(log -> {});
        after(crashed, log -> {});
        Path checkpoint = crashed.resolve("orders-0/log.checkpoint");
        Path old = folder.resolve("old.checkpoint");
        Files.copy(checkpoint, old);
        after(crashed, log -> append(log, 4));

        Files.copy(old, checkpoint, StandardCopyOption.REPLACE_EXISTING);

        verifyHoldsAndGoesOn(crashed, BATCHES + 4);
    }

    @Test
    void shouldNotTrustACheckpointThatCameBackWhenTheTailBecameZeroes() throws IOException {
        Path crashed = crash(log -> {});
        after(crashed, log -> {});
        Path checkpoint = crashed.resolve("orders-0/log.checkpoint");
        Path old = folder.resolve("old.checkpoint");
        Files.copy(checkpoint, old);
        after(crashed, log -> append(log, 4));

        Files.copy(old, checkpoint, StandardCopyOption.REPLACE_EXISTING);
        reboot();
        write(segment(crashed, 0), end, ByteBuffer.allocate(8192));

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldForgetAnUnfinishedRewrite() throws IOException {
        Path crashed = crash(log -> {});
        Path rewrite = Files.createDirectory(crashed.resolve("orders-0").resolve(LogSwap.FOLDER_PREFIX));
        Files.write(rewrite.resolve("19700101-000000S.cq4"), new byte[100]);

        verifyHoldsAndGoesOn(crashed, BATCHES);

        assertFalse(Files.exists(rewrite));
    }

    @Test
    void shouldGoOnBehindATruncateThatOnlyRemovedLaterSegments() throws IOException {
        Path crashed = crash(log -> {
            log.roll();
            append(log, 10);
        });
        Files.delete(segment(crashed, 1));

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldFinishATrim() throws IOException {
        Path crashed = crash(log -> {
            log.roll();
            append(log, 10);
        });
        new PartitionMetadata(TOPIC_ID, 45).write(crashed.resolve("orders-0"));

        after(crashed, log -> {
            assertEquals(45, log.startOffset());
            assertEquals(50, log.endOffset());
            assertEquals(40, log.segments().get(0).baseOffset());
        });
        assertFalse(Files.exists(segment(crashed, 0)));
    }

    @Test
    void shouldFinishADelete() throws IOException {
        Path crashed = crash(log -> {});
        Path trash = Files.createDirectories(crashed.resolve(".trash"));
        Files.move(crashed.resolve("orders-0"), trash.resolve("x"));

        try (ChronicleLogStore store = new ChronicleLogStore(crashed)) {
            assertEquals(List.of(), store.partitions());
            Awaitility.await().until(() -> !Files.exists(trash.resolve("x")));
            assertEquals(0, store.open(PARTITION, Uuid.randomUuid(), SETTINGS).endOffset());
        }
    }

    @Test
    void shouldTakeTheTopicIdGivenWhenItsFileIsLost() throws IOException {
        Path crashed = crash(log -> {});
        Files.write(crashed.resolve("orders-0/partition.metadata"), new byte[10]);

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }

    @Test
    void shouldTellACleanStopFromACrash() throws IOException {
        Path crashed = crash(log -> {});
        try (ChronicleLogStore store = new ChronicleLogStore(crashed)) {
            assertFalse(store.wasCleanStop());
        }
        try (ChronicleLogStore store = new ChronicleLogStore(crashed)) {
            assertTrue(store.wasCleanStop());
        }
    }

    @Test
    void shouldCutABatchThatStepsBack() throws IOException {
        reboot();
        Path crashed = crash(log -> {});
        try (SegmentAppender appender = new SegmentAppender(crashed.resolve("orders-0"), 0, 1 << 20)) {
            appender.append(Batch.at(3).build(), end);
        }

        verifyHoldsAndGoesOn(crashed, BATCHES);
    }
}
