package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import io.polestar.storage.LogStore.StoredPartition;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that appends is killed with -9, again and again: nothing it acknowledged is lost, and the log goes on. More
 * rounds with {@code -Dkill.rounds=300}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class KillTest {

    private static final long SEED = 20261124;
    private static final int ROUNDS = Integer.getInteger("kill.rounds", 6);

    @TempDir
    Path folder;

    private LogFollower follower;
    private long followed;
    private long skipped;

    @Test
    void shouldHoldEveryAcknowledgedBatchAfterKill() throws Exception {
        Random random = new Random(SEED);
        MappedByteBuffer acknowledged = KilledAppender.acknowledged(folder.resolve("acknowledged"));
        for (int round = 0; round < ROUNDS; round++) {
            long killAt = acknowledged.getLong(0) + 200 + random.nextInt(4000);
            appendUntil(killAt, acknowledged);
            verify(acknowledged.getLong(0), "seed " + SEED + ", round " + round);
        }
        assertTrue(followed > skipped, followed + " offsets followed, " + skipped + " of them skipped");
        follower.close();
    }

    private void appendUntil(long offset, MappedByteBuffer acknowledged) throws IOException, InterruptedException {
        Process appender = start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        follow(acknowledged);
                        return acknowledged.getLong(0) >= offset || !appender.isAlive();
                    });
            assertTrue(appender.isAlive());
        } finally {
            appender.destroyForcibly().waitFor();
        }
    }

    /** Reads beside the appender what it published, across its deaths: all of it, in order, but for what it trimmed. */
    private void follow(MappedByteBuffer acknowledged) throws IOException {
        try {
            follower = follower != null ? follower : startFollowing();
        } catch (NoSuchFileException e) {
            return; // the first appender has not begun
        }
        follower.isServed();
        for (ByteBuffer batch = follower.next(); batch != null; batch = follower.next()) {
            long offset = BatchHeader.baseOffset(batch, 0);
            assertEquals(KilledAppender.batchAt(offset), batch);
            assertTrue(offset < acknowledged.getLong(0));
            assertTrue(offset >= followed);
            skipped += offset - followed;
            follower.stepOver();
            followed = offset + 1;
        }
    }

    private LogFollower startFollowing() throws IOException {
        return new LocalLogs(folder.resolve("data"))
                .follow(new StoredPartition(KilledAppender.PARTITION, KilledAppender.TOPIC_ID), 0);
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(
                KilledAppender.class.getName(),
                folder.resolve("data").toString(),
                folder.resolve("acknowledged").toString()));
        File output = folder.resolve("output").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
    }

    private void verify(long acknowledged, String when) {
        try (ChronicleLogStore store = new ChronicleLogStore(folder.resolve("data"))) {
            assertFalse(store.wasCleanStop());
            PartitionLog log = store.open(KilledAppender.PARTITION, KilledAppender.TOPIC_ID, KilledAppender.SETTINGS);
            assertTrue(log.endOffset() >= acknowledged, when);
            long offset = log.startOffset();
            while (offset < log.endOffset()) {
                offset = verifyFrom(log, offset, when);
            }
            log.append(KilledAppender.batchAt(log.endOffset()));
        }
    }

    private static long verifyFrom(PartitionLog log, long offset, String when) {
        LogSlice slice = log.read(offset, Long.MAX_VALUE, 1 << 20, true);
        long expected = offset;
        for (ByteBuffer region : SliceBatches.of(slice)) {
            assertEquals(expected, BatchHeader.baseOffset(region, 0), when);
            assertEquals(KilledAppender.batchAt(expected), region, when);
            expected++;
        }
        slice.release();
        return expected;
    }
}
