package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.memory.MemoryLogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PartitionTransactionsTest {
    private static final short TV1 = 1;
    private static final short TV2 = 2;
    private static final long P = 7;
    private static final long Q = 8;

    @TempDir
    Path directory;

    private CompactedLog log;

    @BeforeEach
    void open() {
        log = new CompactedLog(new MemoryLogStore(directory, () -> 0), directory);
        log.with("cleanup.policy", "delete").open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void write(long producerId, int epoch, int sequence, String... records) {
        VerificationGuard guard = log.partition().beginVerification(producerId, sequence, (short) epoch, true);
        write(guard, producerId, epoch, sequence, records);
    }

    private void write(VerificationGuard guard, long producerId, int epoch, int sequence, String... records) {
        log.partition()
                .appendFromClient(
                        MemoryRecords.withTransactionalRecords(
                                Compression.NONE, producerId, (short) epoch, sequence, log.simple(records)),
                        (short) -1,
                        guard);
    }

    private void end(long producerId, int epoch, ControlRecordType how, short version) {
        end(producerId, epoch, how, version, 1);
    }

    private void end(long producerId, int epoch, ControlRecordType how, short version, int coordinatorEpoch) {
        log.partition()
                .appendFromCoordinator(
                        MemoryRecords.withEndTransactionMarker(
                                log.time.milliseconds(),
                                producerId,
                                (short) epoch,
                                new EndTransactionMarker(how, coordinatorEpoch)),
                        VerificationGuard.SENTINEL,
                        version);
    }

    /** The log is there again, what the partition knew beside it is not saved. */
    private void crash() {
        log.partition().log().close();
        log.open();
    }

    private List<String> aborted(long from, long to) {
        return log.partition().abortedTransactions(from, to).stream()
                .map(txn -> txn.producerId() + "@" + txn.firstOffset())
                .toList();
    }

    private long stable() {
        return log.partition().lastStableOffset();
    }

    @Test
    void shouldHoldReadersBackAtTheFirstUndecidedTransaction() {
        log.append("a=0");
        write(P, 0, 0, "a=1");
        write(Q, 0, 0, "a=2");
        log.append("a=3");
        assertEquals(1, stable());
        end(Q, 0, ControlRecordType.COMMIT, TV1);
        assertEquals(1, stable());
        end(P, 0, ControlRecordType.ABORT, TV1);
        assertEquals(6, stable());
        assertEquals(List.of("7@1"), aborted(0, 6));
        assertEquals(List.of(), aborted(0, 1));
        assertEquals(List.of("7@1"), aborted(4, 6));
        assertEquals(List.of(), aborted(6, 7));
    }

    @Test
    void shouldRefuseRecordsThatNobodyVerified() {
        assertThrows(InvalidTxnStateException.class, () -> write(VerificationGuard.SENTINEL, P, 0, 0, "a=1"));
        VerificationGuard guard = log.partition().beginVerification(P, 0, (short) 0, true);
        assertThrows(InvalidTxnStateException.class, () -> write(new VerificationGuard(), P, 0, 0, "a=1"));
        write(guard, P, 0, 0, "a=1");
        assertEquals(
                VerificationGuard.SENTINEL,
                log.partition().beginVerification(P, 1, (short) 0, true),
                "ongoing here already");
        write(VerificationGuard.SENTINEL, P, 0, 1, "a=2");
        assertEquals(2, log.partition().logEndOffset());
    }

    @Test
    void shouldNotLetAnAnswerFromBeforeTheMarkerStartATransactionAfterIt() {
        VerificationGuard stale = log.partition().beginVerification(P, 0, (short) 0, false);
        end(P, 0, ControlRecordType.ABORT, TV1);
        assertThrows(InvalidTxnStateException.class, () -> write(stale, P, 0, 0, "a=1"));
        assertNotEquals(stale, log.partition().beginVerification(P, 0, (short) 0, false));
    }

    @Test
    void shouldRefuseOldEpochsOfProducersAndCoordinators() {
        write(P, 0, 0, "a=1");
        end(P, 1, ControlRecordType.ABORT, TV2, 5);
        assertThrows(
                InvalidProducerEpochException.class, () -> log.partition().beginVerification(P, 1, (short) 0, true));
        assertThrows(InvalidProducerEpochException.class, () -> end(P, 0, ControlRecordType.ABORT, TV2, 5));
        assertThrows(TransactionCoordinatorFencedException.class, () -> end(P, 2, ControlRecordType.ABORT, TV2, 4));
        write(P, 1, 0, "a=2");
        assertEquals(2, stable());
    }

    @Test
    void shouldKnowOngoingAndAbortedTransactionsAgainAfterACrashAndAfterACleanStop() {
        write(P, 0, 0, "a=1");
        end(P, 0, ControlRecordType.ABORT, TV1);
        write(Q, 0, 0, "a=2");
        log.partition().saveProducers();
        write(P, 0, 1, "a=3");
        end(P, 0, ControlRecordType.ABORT, TV1);

        crash();
        assertEquals(2, stable());
        assertEquals(List.of("7@0", "7@3"), aborted(0, 5));
        write(VerificationGuard.SENTINEL, Q, 0, 1, "a=4");

        log.reopen();
        assertEquals(2, stable());
        end(Q, 0, ControlRecordType.ABORT, TV1);
        assertEquals(7, stable());
        assertEquals(List.of("7@0", "7@3", "8@2"), aborted(0, 7));
    }

    @Test
    void shouldReadAbortedTransactionsFromTheLogWhereTheirFileIsTornOrUnreadable() throws IOException {
        for (int i = 0; i < 3; i++) {
            write(P, 0, i, "a=" + i);
            end(P, 0, ControlRecordType.ABORT, TV1);
        }
        Path file = file();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        log.reopen();
        assertEquals(List.of("7@0", "7@2", "7@4"), aborted(0, 6));
        log.partition().saveProducers();
        Files.write(file, new byte[whole.length]);
        log.reopen();
        assertEquals(List.of("7@0", "7@2", "7@4"), aborted(0, 6));
        write(P, 0, 3, "a=3");
        end(P, 0, ControlRecordType.ABORT, TV1);
        crash();
        assertEquals(List.of("7@0", "7@2", "7@4", "7@6"), aborted(0, 8));
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(path -> path.toString().endsWith(".txnindex"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void shouldForgetAbortedTransactionsWithTheRecordsTheyWereIn() throws IOException {
        for (int i = 0; i < 3; i++) {
            write(P, 0, i, "a=" + i);
            end(P, 0, ControlRecordType.ABORT, TV1);
        }
        write(P, 0, 3, "a=open");
        log.partition().deleteRecordsBefore(4);
        assertEquals(List.of("7@4"), aborted(0, 6));
        long before = Files.size(file());
        log.partition().saveProducers();
        assertTrue(Files.size(file()) < before);
        log.partition().deleteRecordsBefore(7);
        assertEquals(7, stable(), "what is removed holds nobody back");
        log.reopen();
        assertEquals(List.of(), aborted(0, 7));
    }

    @Test
    void shouldTellOfATransactionThatWasLeftOpen() {
        write(P, 0, 0, "a=1");
        assertFalse(log.partition().hasLateTransaction(log.time.milliseconds()));
        assertTrue(log.partition().hasLateTransaction(log.time.milliseconds() + 7_200_000));
        end(P, 0, ControlRecordType.COMMIT, TV1);
        assertFalse(log.partition().hasLateTransaction(log.time.milliseconds() + 7_200_000));
    }

    @Test
    void shouldCompactAbortedRecordsAwayAndNeverPreferThem() {
        log.with("cleanup.policy", "compact");
        log.append("a=kept");
        write(P, 0, 0, "a=aborted", "b=aborted");
        end(P, 0, ControlRecordType.ABORT, TV1);
        write(P, 0, 2, "c=committed");
        end(P, 0, ControlRecordType.COMMIT, TV1);
        log.roll();
        log.append("z=active");
        log.roll();
        log.append("z=active");
        assertTrue(log.clean());
        List<String> data = log.records().stream()
                .filter(text -> text.contains("="))
                .filter(text -> text.matches("\\d+ [a-z]=.*"))
                .toList();
        assertEquals(
                List.of("0 a=kept", "4 c=committed", "6 z=active", "7 z=active"),
                data.stream().distinct().toList());
        crash();
        assertEquals(8, stable());
    }
}
