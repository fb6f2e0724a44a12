package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SliceBatches;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that rewrites segments and cuts its log's tail is killed with -9, again and again: nothing that had to stay is
 * lost, nothing is there twice, and nothing that was cut comes back. {@code -Dpolestar.kill.rounds=200} for more.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class RewriteKillTest {

    private static final long SEED = Long.getLong("polestar.kill.seed", 20261124);
    private static final int ROUNDS = Integer.getInteger("polestar.kill.rounds", 4);

    @TempDir
    Path folder;

    @Test
    void shouldLoseAndDoubleNothingWhenKilledInARewriteOrACut() throws Exception {
        Random random = new Random(SEED);
        MappedByteBuffer noted = KilledRewriter.noted(folder.resolve("noted"));
        for (int round = 0; round < ROUNDS; round++) {
            long killAfter = noted.getLong(KilledRewriter.CHANGES) + 1 + random.nextInt(60);
            long extraNs = random.nextInt(20_000_000);
            long[] reachedNs = {0};
            KilledProcess.runUntil(
                    () -> isOver(noted, killAfter, extraNs, reachedNs),
                    folder.resolve("output"),
                    KilledRewriter.class,
                    folder.resolve("data").toString(),
                    folder.resolve("noted").toString());
            verify(
                    noted,
                    "seed " + SEED + ", round " + round + ", output " + Files.readString(folder.resolve("output")));
        }
    }

    /** A change is noted when it is done: from then on the kill waits a little, to come in the middle of the next. */
    private static boolean isOver(MappedByteBuffer noted, long killAfter, long extraNs, long[] reachedNs) {
        if (noted.getLong(KilledRewriter.CHANGES) < killAfter) {
            return false;
        }
        if (reachedNs[0] == 0) {
            reachedNs[0] = System.nanoTime();
        }
        return System.nanoTime() - reachedNs[0] >= extraNs;
    }

    private void verify(MappedByteBuffer noted, String when) {
        try (ChronicleLogStore store = new ChronicleLogStore(folder.resolve("data"))) {
            assertFalse(store.wasCleanStop());
            PartitionLog log = store.open(KilledRewriter.PARTITION, KilledRewriter.TOPIC_ID, KilledRewriter.SETTINGS);
            assertTrue(log.endOffset() >= noted.getLong(KilledRewriter.END), when);
            assertEquals(log.endOffset(), verifyAll(log, when), when);
        }
    }

    private static long verifyAll(PartitionLog log, String when) {
        long expected = 0;
        int epoch = 0;
        LogSlice slice = log.read(0, Long.MAX_VALUE, Integer.MAX_VALUE, true);
        for (ByteBuffer batch : SliceBatches.of(slice)) {
            long offset = BatchHeader.baseOffset(batch, 0);
            assertTrue(offset >= expected, when);
            assertTrue(LongStream.range(expected, offset).noneMatch(KilledRewriter::isAlwaysKept), when);
            assertTrue(BatchHeader.leaderEpoch(batch, 0) >= epoch, when);
            epoch = BatchHeader.leaderEpoch(batch, 0);
            assertEquals(KilledRewriter.batchAt(offset, epoch), batch, when);
            expected = offset + 1;
        }
        slice.release();
        return expected;
    }
}
