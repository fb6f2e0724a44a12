package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.memory.MemoryLogStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What compaction makes of transactions: records of aborted ones go at once, markers when nothing is left to mark. */
@Timeout(30)
class CompactedTransactionsTest {
    private static final long P = 7;

    @TempDir
    Path directory;

    private CompactedLog log;
    private int fillers;

    @BeforeEach
    void open() {
        log = new CompactedLog(new MemoryLogStore(directory, () -> 0), directory)
                .with("delete.retention.ms", 1000)
                .open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** Makes the log due, whatever is in it. */
    private void clean() {
        log.append("filler" + fillers++ + "=1");
        log.roll();
        assertTrue(log.clean());
    }

    /** Offsets of the markers that are left. */
    private List<Long> markers() {
        return log.batches().stream()
                .filter(MutableRecordBatch::isControlBatch)
                .map(MutableRecordBatch::baseOffset)
                .toList();
    }

    private List<String> aborted() {
        return log.partition().abortedTransactions(0, Long.MAX_VALUE).stream()
                .map(txn -> txn.producerId() + "@" + txn.firstOffset())
                .toList();
    }

    private List<String> data() {
        return log.batches().stream()
                .filter(batch -> !batch.isControlBatch())
                .flatMap(batch -> CompactedLog.records(batch).stream())
                .filter(record -> !record.contains("filler"))
                .toList();
    }

    private void abortThenCommit() {
        log.append("a=0");
        log.transactional(P, 0, "a=1", "b=1");
        log.end(P, ControlRecordType.ABORT);
        log.transactional(P, 2, "c=2");
        log.end(P, ControlRecordType.COMMIT);
    }

    @Test
    void shouldRemoveAbortedRecordsThenForgetTheTransactionThenItsMarker() {
        abortThenCommit();
        clean();
        assertEquals(List.of("0 a=0", "4 c=2"), data(), "an aborted record hides none before it");
        assertEquals(List.of(3L, 5L), markers());
        assertEquals(List.of("7@1"), aborted());

        clean();
        assertEquals(List.of(3L, 5L), markers());
        assertEquals(List.of(), aborted());

        log.time.sleep(1000);
        clean();
        assertEquals(List.of(5L), markers());
        assertEquals(List.of("0 a=0", "4 c=2"), data());
    }

    @Test
    void shouldKeepTheMarkerOfACommittedTransactionUntilItsRecordsAreGone() {
        abortThenCommit();
        log.append("c=3");
        log.transactional(P, 3, "d=1");
        log.end(P, ControlRecordType.COMMIT);
        clean();
        assertEquals(List.of("0 a=0", "6 c=3", "7 d=1"), data());
        assertEquals(List.of(3L, 5L, 8L), markers());
        clean();
        log.time.sleep(1000);
        clean();
        assertEquals(List.of(8L), markers());
    }

    @Test
    void shouldKeepTheMarkerAsLongAsAReaderIsToldOfItsTransaction() throws Exception {
        abortThenCommit();
        clean();
        log.reopen();
        Path index = log.partition().stateDirectory().resolve("aborted.txnindex");
        byte[] stale = Files.readAllBytes(index);
        clean();
        assertEquals(List.of(), aborted());
        log.partition().close();
        Files.write(index, stale);
        log.open();
        assertEquals(List.of("7@1"), aborted());

        log.time.sleep(1000);
        clean();
        assertEquals(List.of(3L, 5L), markers());
        assertEquals(List.of(), aborted());
        clean();
        assertEquals(List.of(5L), markers());
    }

    @Test
    void shouldLeaveAloneWhatIsNotDecided() {
        log.append("a=0", "a=1");
        log.roll();
        log.append("b=0");
        log.transactional(P, 0, "a=2");
        log.append("b=1");
        log.roll();
        assertTrue(log.clean());
        assertEquals(List.of("1 a=1", "2 b=0", "3 a=2", "4 b=1"), data());
        assertFalse(log.clean());

        log.end(P, ControlRecordType.COMMIT);
        log.roll();
        assertTrue(log.clean());
        assertEquals(List.of("3 a=2", "4 b=1"), data());
    }

    @Test
    void shouldKeepTheMarkerOfAProducerThatWroteNothingElse() {
        log.end(P, ControlRecordType.ABORT);
        clean();
        log.time.sleep(1000);
        clean();
        clean();
        assertEquals(List.of(0L), markers());
    }
}
