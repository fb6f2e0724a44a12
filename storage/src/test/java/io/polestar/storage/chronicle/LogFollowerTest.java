package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogStore.StoredPartition;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader of the files of a log that somebody else has open. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LogFollowerTest {

    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final LogSettings SETTINGS = new LogSettings(1 << 20, Long.MAX_VALUE, 1 << 20);

    @TempDir
    Path folder;

    private ChronicleLogStore store;
    private PartitionLog log;

    @BeforeEach
    void open() {
        store = new ChronicleLogStore(folder);
        log = store.open(PARTITION, TOPIC_ID, SETTINGS);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(batchAt(log.endOffset()));
        }
        log.publish(log.endOffset(), log.endOffset());
    }

    private static ByteBuffer batchAt(long offset) {
        return Batch.at(offset).valueBytes((int) (offset * 37 % 3000)).build();
    }

    private LogFollower follow(long fromOffset) throws IOException {
        LogFollower follower = new LocalLogs(folder).follow(new StoredPartition(PARTITION, TOPIC_ID), fromOffset);
        assertTrue(follower.isServed());
        return follower;
    }

    private static List<Long> readAll(LogFollower follower) throws IOException {
        List<Long> offsets = new ArrayList<>();
        for (ByteBuffer batch = follower.next(); batch != null; batch = follower.next()) {
            long offset = BatchHeader.baseOffset(batch, 0);
            assertEquals(batchAt(offset), batch);
            offsets.add(offset);
            follower.stepOver();
        }
        return offsets;
    }

    private static List<Long> offsets(long from, long to) {
        List<Long> offsets = new ArrayList<>();
        for (long offset = from; offset < to; offset++) {
            offsets.add(offset);
        }
        return offsets;
    }

    @Test
    void shouldReadWhatIsAppendedWhileItFollows() throws IOException {
        append(10);
        try (LogFollower follower = follow(0)) {
            assertEquals(offsets(0, 10), readAll(follower));
            for (int round = 1; round < 50; round++) {
                append(10);
                assertEquals(offsets(round * 10L, round * 10L + 10), readAll(follower));
            }
            assertNull(follower.next());
        }
    }

    @Test
    void shouldFollowFromSegmentToSegment() throws IOException {
        append(2000);
        assertTrue(log.segments().size() > 2);
        try (LogFollower follower = follow(0)) {
            assertEquals(offsets(0, 2000), readAll(follower));
            append(2000);
            assertEquals(offsets(2000, 4000), readAll(follower));
        }
    }

    @Test
    void shouldReadNothingThatIsNotCommitted() throws IOException {
        append(5);
        log.append(batchAt(5));
        log.append(batchAt(6));
        try (LogFollower follower = follow(0)) {
            assertEquals(offsets(0, 5), readAll(follower));
            log.publish(6, 6);
            assertEquals(offsets(5, 6), readAll(follower));
        }
    }

    @Test
    void shouldBeginAtAnOffset() throws IOException {
        append(3000);
        try (LogFollower follower = follow(1234)) {
            assertEquals(offsets(1234, 3000), readAll(follower));
        }
        try (LogFollower follower = follow(3000)) {
            assertNull(follower.next());
            append(1);
            assertEquals(offsets(3000, 3001), readAll(follower));
        }
    }

    @Test
    void shouldGoOnBehindWhatWasTrimmed() throws IOException {
        append(3000);
        try (LogFollower follower = follow(0)) {
            assertEquals(0, BatchHeader.baseOffset(follower.next(), 0));
            follower.stepOver();
            log.trimTo(2500);
            append(1);
            List<Long> rest = readAll(follower);
            assertEquals(3000, rest.get(rest.size() - 1));
            assertTrue(rest.get(0) >= 2500, rest.get(0) + "");
        }
    }

    @Test
    void shouldNeitherMissNorDoubleABatchWhenSegmentsAreRewritten() throws IOException {
        append(4000);
        try (LogFollower follower = follow(0)) {
            for (int i = 0; i < 700; i++) {
                assertEquals(i, BatchHeader.baseOffset(follower.next(), 0));
                follower.stepOver();
            }
            log.rewrite(
                    0,
                    3000,
                    batch -> BatchHeader.baseOffset(batch, batch.position()) % 2 == 0
                            ? Optional.of(batch)
                            : Optional.empty());
            List<Long> rest = readAll(follower);
            assertEquals(700, rest.get(0));
            assertEquals(3999, rest.get(rest.size() - 1));
            List<Long> evenOnly =
                    rest.stream().filter(offset -> offset % 2 == 0).toList();
            assertEquals(offsets(350, 2000).stream().map(half -> half * 2).toList(), evenOnly);
            assertEquals(rest.stream().distinct().sorted().toList(), rest);
        }
    }

    @Test
    void shouldGoOnWhenTheLogIsOpenedAnew() throws IOException {
        append(700);
        try (LogFollower follower = follow(0)) {
            assertEquals(offsets(0, 700), readAll(follower));
            log.append(batchAt(700));
            store.close();
            assertNull(follower.next());
            assertFalse(follower.isServed());
            open();
            append(10);
            assertTrue(follower.isServed());
            assertEquals(offsets(700, 711), readAll(follower));
        }
    }

    @Test
    void shouldNotTakeAnotherLogForThisOne() throws IOException {
        append(5);
        try (LogFollower follower = follow(0)) {
            log.close();
            store.delete(PARTITION);
            log = store.open(PARTITION, Uuid.randomUuid(), SETTINGS);
            append(20);
            assertNull(follower.next());
            assertFalse(follower.isServed());
        }
    }

    @Test
    void shouldRefuseADirectoryThatNoBrokerHad(@TempDir Path empty) {
        assertThrows(NoSuchFileException.class, () -> new LocalLogs(empty));
    }
}
