package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.PowerCutDisk;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes at random moments, in the middle of changes too, again and again on what the last time left: every log
 * opens, holds what was forced, and nothing else than what was appended. {@code -Dpowercut.rounds=N} and {@code
 * -Dpowercut.seed=N} make it longer or other.
 */
@Timeout(1800)
class PowerCutTest {
    private static final int ROUNDS = Integer.getInteger("powercut.rounds", 40);
    private static final long SEED = Long.getLong("powercut.seed", 20261124);
    private static final int LOGS = 3;
    private static final Uuid TOPIC_ID = new Uuid(47, 11);
    private static final LogSettings SETTINGS = new LogSettings(64 << 10, Long.MAX_VALUE, 1 << 20);

    /** What must be found of a log, and what may be. */
    private static final class Model {
        /** Leader epochs by offset: they tell a batch from one that was cut off at its offset. */
        private final List<Integer> epochs = new ArrayList<>();

        private int epoch;
        private long durable;
        private long start;
        private long latestStart;
    }

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final List<Model> models = new ArrayList<>();
    private int round;
    private PowerCutDisk disk;
    private ChronicleLogStore store;
    private List<PartitionLog> logs;
    private boolean down;

    @Test
    void shouldHoldWhatWasForcedWhenThePowerGoes() throws IOException {
        for (int i = 0; i < LOGS; i++) {
            models.add(new Model());
        }
        Files.createDirectories(data(0));
        for (round = 0; round < ROUNDS; round++) {
            runUntilThePowerGoes();
            DurableFile.deleteTree(data(round));
            DurableFile.deleteTree(links());
        }
    }

    private Path data(int number) {
        return folder.resolve("data-" + number);
    }

    private Path links() {
        return folder.resolve("links-" + round);
    }

    private String where(int log) {
        return "seed " + SEED + ", round " + round + ", log " + log;
    }

    private void runUntilThePowerGoes() throws IOException {
        disk = new PowerCutDisk(data(round), links(), "boot-" + round, path -> false);
        down = false;
        open();
        for (int i = 0; i < LOGS; i++) {
            verify(i);
        }
        Thread driver = Thread.currentThread();
        disk.beforeEach(() -> {
            if (Thread.currentThread() == driver && random.nextInt(12) == 0) {
                cut();
            }
        });
        for (int step = 20 + random.nextInt(60); step > 0 && !down; step--) {
            change(random.nextInt(LOGS));
        }
        cut();
        store.close();
    }

    private void open() {
        ChronicleLogStore.Options options =
                new ChronicleLogStore.Options(System::currentTimeMillis, 2, Duration.ofMinutes(10), disk);
        store = new ChronicleLogStore(data(round), options);
        logs = new ArrayList<>();
        for (int i = 0; i < LOGS; i++) {
            logs.add(store.open(new TopicPartition("orders", i), TOPIC_ID, SETTINGS));
        }
    }

    /** Once: what happens afterwards happens to nobody. */
    private void cut() {
        if (!down) {
            down = true;
            for (int i = 0; i < LOGS; i++) {
                Model model = models.get(i);
                model.durable = Math.min(model.durable, model.epochs.size());
            }
            disk.cut(data(round + 1), random);
        }
    }

    private void change(int number) {
        PartitionLog log = logs.get(number);
        Model model = models.get(number);
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> force(log, model);
            case 4 -> log.roll();
            case 5 -> trim(log, model);
            case 6 -> truncate(log, model);
            case 7 -> restart();
            default -> append(log, model, 1 + random.nextInt(12));
        }
    }

    private void force(PartitionLog log, Model model) {
        log.force();
        if (!down) {
            model.durable = log.endOffset();
        }
    }

    private void append(PartitionLog log, Model model, int batches) {
        for (int i = 0; i < batches && !down; i++) {
            model.epochs.add(model.epoch);
            log.append(batch(model.epochs.size() - 1L, model.epoch));
        }
    }

    private static ByteBuffer batch(long offset, int epoch) {
        int valueBytes = offset % 40 == 39 ? 40_000 : (int) (offset * 31 % 3000);
        return Batch.at(offset).valueBytes(valueBytes).leaderEpoch(epoch).build();
    }

    private void trim(PartitionLog log, Model model) {
        long offset = log.startOffset() + (long) (random.nextDouble() * (log.endOffset() - log.startOffset() + 1));
        model.latestStart = Math.max(model.latestStart, offset);
        log.trimTo(offset);
        if (!down) {
            model.start = Math.max(model.start, offset);
        }
    }

    private void truncate(PartitionLog log, Model model) {
        long offset = log.endOffset() - random.nextInt(20);
        if (offset < log.startOffset()) {
            return;
        }
        model.durable = Math.min(model.durable, offset);
        log.truncateTo(offset);
        if (!down) {
            assertEquals(offset, log.endOffset());
            model.epochs.subList((int) offset, model.epochs.size()).clear();
            model.epoch++;
        }
    }

    private void restart() {
        store.close();
        if (!down) {
            for (int i = 0; i < LOGS; i++) {
                models.get(i).durable = models.get(i).epochs.size();
            }
            open();
        }
    }

    private void verify(int number) {
        PartitionLog log = logs.get(number);
        Model model = models.get(number);
        String where = where(number);
        assertTrue(
                log.endOffset() >= model.durable,
                where + ": forced up to " + model.durable + ", found up to " + log.endOffset());
        assertTrue(log.endOffset() <= model.epochs.size() || log.endOffset() == log.startOffset(), where);
        assertTrue(
                log.startOffset() >= model.start && log.startOffset() <= model.latestStart,
                where + ": start " + log.startOffset() + " is not between " + model.start + " and "
                        + model.latestStart);
        verifyBatches(log, model, where);
        takeOver(log, model);
    }

    private static void verifyBatches(PartitionLog log, Model model, String where) {
        long offset = log.startOffset();
        while (offset < log.endOffset()) {
            LogSlice slice = log.read(offset, Long.MAX_VALUE, 1 << 20, true);
            for (ByteBuffer region : SliceBatches.of(slice)) {
                assertEquals(offset, BatchHeader.baseOffset(region, 0), where);
                assertEquals(batch(offset, model.epochs.get((int) offset)), region, where);
                offset++;
            }
            slice.release();
        }
    }

    /** What is found is what the log is from here on. */
    private static void takeOver(PartitionLog log, Model model) {
        while (model.epochs.size() > log.endOffset()) {
            model.epochs.remove(model.epochs.size() - 1);
        }
        while (model.epochs.size() < log.endOffset()) {
            model.epochs.add(-1);
        }
        model.epoch++;
        model.start = log.startOffset();
        model.latestStart = log.startOffset();
        model.durable = log.endOffset();
    }
}
