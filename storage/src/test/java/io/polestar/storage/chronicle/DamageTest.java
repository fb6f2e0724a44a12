package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that were damaged or taken away: what is lost is never passed over, and what is whole never thrown away. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DamageTest {

    @TempDir
    Path folder;

    private DamagedLog log;

    @BeforeEach
    void write() throws IOException {
        log = DamagedLog.in(folder);
    }

    /** Opening is refused, in words, and nothing is changed; so does verifying find it, and repairs make it open. */
    private void verifyOffline(Path file, long lostFrom, long lostTo) throws IOException {
        Map<String, String> before = log.content();
        KafkaStorageException refusal = assertThrows(KafkaStorageException.class, this::offsets);
        assertTrue(refusal.getMessage().contains(file.getFileName().toString()), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("offset " + lostFrom), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("polestar log verify " + log.root()), refusal.getMessage());
        LogReport report = report();
        assertTrue(report.isDamaged(), report.toString());
        assertEquals(
                List.of(lostFrom, lostTo),
                report.faults().stream()
                        .filter(LogFault::isLoss)
                        .flatMap(fault -> List.of(fault.fromOffset(), fault.toOffset()).stream())
                        .toList());
        Map<String, String> after = log.content();
        before.keySet().removeIf(name -> !name.startsWith("orders-0"));
        after.keySet().removeIf(name -> !name.startsWith("orders-0"));
        assertEquals(before, after);
    }

    private LogReport report() throws IOException {
        try (OfflineLogs logs = OfflineLogs.read(log.root())) {
            return logs.verify("orders-0");
        }
    }

    private List<Long> offsets() throws IOException {
        try (ChronicleLogStore store = new ChronicleLogStore(log.root())) {
            return offsets(store.open(DamagedLog.PARTITION, DamagedLog.TOPIC_ID, DamagedLog.SETTINGS));
        }
    }

    private static List<Long> offsets(PartitionLog log) {
        List<Long> offsets = new ArrayList<>();
        long offset = log.startOffset();
        while (offset < log.endOffset()) {
            LogSlice slice = log.read(offset, Long.MAX_VALUE, 1 << 20, true);
            for (ByteBuffer region : SliceBatches.of(slice)) {
                offsets.add(BatchHeader.baseOffset(region, 0));
            }
            offset = slice.nextOffset();
            slice.release();
        }
        return offsets;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private void repair(OfflineLogs.Keep keep) throws IOException {
        try (OfflineLogs logs = OfflineLogs.change(log.root())) {
            assertTrue(logs.repair("orders-0", keep).isDamaged());
            assertFalse(logs.verify("orders-0").isDamaged());
        }
    }

    /** Twice, with an append in between, as a log lives on. */
    private void verifyHolds(List<Long> offsets) throws IOException {
        assertEquals(offsets, offsets());
        try (ChronicleLogStore store = new ChronicleLogStore(log.root())) {
            PartitionLog opened = store.open(DamagedLog.PARTITION, DamagedLog.TOPIC_ID, DamagedLog.SETTINGS);
            opened.append(Batch.at(opened.endOffset()).build());
        }
        Files.deleteIfExists(log.directory().resolve(LogCheckpoint.FILE));
        assertEquals(offsets.size() + 1, offsets().size());
        assertFalse(report().isDamaged());
    }

    @Test
    void shouldGoOfflineWhenABatchInTheLastSegmentIsDamaged() throws IOException {
        log.flipBitIn(24);
        verifyOffline(log.segment(2), 24, 25);
        repair(OfflineLogs.Keep.ALL_INTACT);
        List<Long> left = new ArrayList<>(range(0, 30));
        left.remove(24L);
        verifyHolds(left);
    }

    @Test
    void shouldGoOfflineWhenTheLastBatchIsDamaged() throws IOException {
        log.flipBitIn(29);
        verifyOffline(log.segment(2), 29, -1);
        repair(OfflineLogs.Keep.BEFORE_LOSS);
        verifyHolds(range(0, 29));
    }

    @Test
    void shouldCutBeforeTheLossWhenToldTo() throws IOException {
        log.flipBitIn(24);
        repair(OfflineLogs.Keep.BEFORE_LOSS);
        verifyHolds(range(0, 24));
        assertTrue(Files.exists(log.directory().resolve("19700101-000002S.cq4.damaged")));
    }

    @Test
    void shouldGoOfflineWhenAMiddleSegmentIsMissing() throws IOException {
        Files.delete(log.segment(1));
        verifyOffline(log.segment(1), 10, 20);
        repair(OfflineLogs.Keep.ALL_INTACT);
        List<Long> left = new ArrayList<>(range(0, 10));
        left.addAll(range(20, 30));
        verifyHolds(left);
    }

    @Test
    void shouldGoOfflineWhenAMiddleSegmentIsMissingWithItsIndex() throws IOException {
        Files.delete(log.segment(1));
        Files.delete(log.index(1));
        verifyOffline(log.segment(1), 10, 20);
        repair(OfflineLogs.Keep.BEFORE_LOSS);
        verifyHolds(range(0, 10));
    }

    @Test
    void shouldGoOfflineWhenTheFirstSegmentIsMissing() throws IOException {
        Files.delete(log.segment(0));
        Files.delete(log.index(0));
        verifyOffline(log.segment(0), 0, 10);
    }

    @Test
    void shouldGoOfflineWhenTheSegmentsBehindASealedOneAreMissing() throws IOException {
        Files.delete(log.segment(2));
        Files.delete(log.segment(1));
        verifyOffline(log.segment(1), 10, 20);
    }

    @Test
    void shouldGoOfflineWhenASealedSegmentIsTruncated() throws IOException {
        log.truncate(log.segment(1), log.positions(1).get(4));
        verifyOffline(log.segment(1), 14, 20);
        repair(OfflineLogs.Keep.ALL_INTACT);
        List<Long> left = new ArrayList<>(range(0, 14));
        left.addAll(range(20, 30));
        verifyHolds(left);
    }

    @Test
    void shouldGoOfflineWhenTheLogEndsBeforeWhereItEndedAtACleanStop() throws IOException {
        assertEquals(30, offsets().size());
        Files.delete(log.segment(2));
        KafkaStorageException refusal = assertThrows(KafkaStorageException.class, this::offsets);
        assertTrue(refusal.getMessage().contains("ends at offset 20"), refusal.getMessage());
        assertThrows(KafkaStorageException.class, this::offsets, "and is no less damaged at the next start");
        repair(OfflineLogs.Keep.BEFORE_LOSS);
        verifyHolds(range(0, 20));
    }

    @Test
    void shouldOpenAndRefuseOnlyWhatIsDamagedWhenASealedSegmentRots() throws IOException {
        log.flipBit(log.segment(0), log.positions(0).get(5) + Excerpt.WORD + ExcerptHeader.SIZE + 3);
        try (ChronicleLogStore store = new ChronicleLogStore(log.root())) {
            PartitionLog opened = store.open(DamagedLog.PARTITION, DamagedLog.TOPIC_ID, DamagedLog.SETTINGS);
            LogSlice before = opened.read(0, Long.MAX_VALUE, 1 << 20, true);
            assertEquals(5, before.nextOffset());
            before.release();
            CorruptRecordException refusal =
                    assertThrows(CorruptRecordException.class, () -> opened.read(5, Long.MAX_VALUE, 1 << 20, true));
            assertTrue(
                    refusal.getMessage().contains("position " + log.positions(0).get(5)), refusal.getMessage());
            LogSlice behind = opened.read(10, Long.MAX_VALUE, 1 << 20, true);
            assertEquals(30, behind.nextOffset());
            behind.release();
        }
        LogReport report = report();
        assertEquals(1, report.faults().stream().filter(LogFault::isLoss).count(), report.toString());
        assertEquals(29, report.batches());
    }

    @Test
    void shouldNotEndASegmentEarlyWhenALengthRots() throws IOException {
        log.flipBit(log.segment(0), log.positions(0).get(5) + 3);
        try (ChronicleLogStore store = new ChronicleLogStore(log.root())) {
            PartitionLog opened = store.open(DamagedLog.PARTITION, DamagedLog.TOPIC_ID, DamagedLog.SETTINGS);
            assertThrows(CorruptRecordException.class, () -> offsets(opened));
        }
        assertTrue(report().isDamaged());
    }

    @Test
    void shouldFindRottenRecordsOfASealedSegmentWhenVerifying() throws IOException {
        log.flipBitIn(3);
        LogFault fault = report().faults().get(0);
        assertEquals(log.positions(0).get(3), fault.position());
        assertEquals(List.of(3L, 4L), List.of(fault.fromOffset(), fault.toOffset()));
    }

    @Test
    void shouldMendWhatIsMadeAnewWithoutLoss() throws IOException {
        Files.write(log.index(0), new byte[10]);
        Files.delete(log.index(1));
        Files.write(log.directory().resolve(LogCheckpoint.FILE), new byte[7]);
        Files.write(log.directory().resolve(PartitionMetadata.FILE), new byte[10]);
        LogReport report = report();
        assertFalse(report.isDamaged());
        assertEquals(3, report.faults().size(), report.toString());
        verifyHolds(range(0, 30));
    }

    @Test
    void shouldNameEveryFaultWhenThereAreSeveral() throws IOException {
        log.flipBitIn(3).flipBitIn(4).flipBitIn(17).flipBitIn(29);
        assertEquals(
                List.of(3L, 17L, 29L),
                report().faults().stream().map(LogFault::fromOffset).toList());
        repair(OfflineLogs.Keep.ALL_INTACT);
        assertEquals(26, offsets().size());
    }

    @Test
    void shouldChangeNothingWhenThereIsNothingToRepair() throws IOException {
        Map<String, String> before = log.content();
        try (OfflineLogs logs = OfflineLogs.change(log.root())) {
            assertFalse(logs.repair("orders-0", OfflineLogs.Keep.BEFORE_LOSS).isDamaged());
        }
        assertEquals(before, log.content());
    }

    @Test
    void shouldRefuseWhileABrokerHasTheDirectory() throws IOException {
        ChronicleLogStore store = new ChronicleLogStore(log.root());
        assertThrows(DataDirectoryLockedException.class, () -> OfflineLogs.read(log.root()));
        assertThrows(DataDirectoryLockedException.class, () -> OfflineLogs.change(log.root()));
        store.close();
        OfflineLogs logs = OfflineLogs.read(log.root());
        assertThrows(DataDirectoryLockedException.class, () -> new ChronicleLogStore(log.root()));
        logs.close();
    }

    @Test
    void shouldRefuseAnIdentityThatIsMissingOrOfANewerFormat() throws IOException {
        Path identity = log.root().resolve("polestar.directory");
        Files.writeString(identity, "format_version: 2\ndirectory_id: AAAAAAAAAAAAAAAAAAAAAA\n");
        assertThrows(DataDirectoryFormatException.class, () -> new ChronicleLogStore(log.root()));
        assertThrows(DataDirectoryFormatException.class, () -> OfflineLogs.read(log.root()));
        Files.delete(identity);
        assertThrows(DataDirectoryFormatException.class, () -> new ChronicleLogStore(log.root()));
        assertFalse(Files.exists(identity));
    }
}
