package io.polestar.storage.chronicle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Batch;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import io.polestar.storage.SliceBatches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a log says it takes of the disk, against what the file system says. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class AllocatedBytesTest {
    private static final TopicPartition PARTITION = new TopicPartition("measured", 0);
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int FAST_BATCHES = 20_000;

    @TempDir
    Path folder;

    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private ChronicleLogStore store;
    private PartitionLog log;

    @BeforeEach
    void open() {
        store = new ChronicleLogStore(folder, new ChronicleLogStore.Options(nowMs::get, 10, IDLE));
        log = store.open(PARTITION, Uuid.randomUuid(), new LogSettings(1 << 30, Long.MAX_VALUE, 1_048_588));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(Batch.at(log.endOffset()).valueBytes(1000).build());
        }
    }

    /** Until zeros lie ahead: whoever appends faster than they are written gives them up for a while. */
    private void appendFast() {
        append(FAST_BATCHES);
        await().until(() -> {
            append(100);
            return onDisk(0) > log.sizeInBytes() + (4 << 20);
        });
    }

    private List<Long> said() {
        return log.segments().stream().map(SegmentInfo::allocatedBytes).toList();
    }

    private long onDisk(int segment) {
        try {
            Path file = SegmentFile.of(store.stateDirectory(PARTITION), segment);
            Process stat = new ProcessBuilder("stat", "-c", "%b %B", file.toString()).start();
            String[] blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ");
            return Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void becomeIdle() {
        nowMs.addAndGet(2 * IDLE.toMillis());
        store.closeIdle();
    }

    @Test
    void shouldSayWhatTheFileSystemSays() {
        append(1);
        assertEquals(List.of(onDisk(0)), said(), "the first pages");
        append(2000);
        assertEquals(List.of(onDisk(0)), said(), "a slow segment");
        append(FAST_BATCHES);
        await().untilAsserted(() -> assertEquals(List.of(onDisk(0)), said(), "zeros written ahead are counted"));
    }

    @Test
    void shouldGiveBackWhatIsBehindTheEndOfAnEndedSegment() {
        appendFast();
        long used = log.sizeInBytes();

        log.roll();

        await().until(() -> onDisk(0) < used + used / 20);
        assertEquals(onDisk(0), said().get(0));
        append(1);
        assertEquals(onDisk(0), said().get(0), "the end mark finds its page");
        assertEquals(log.endOffset(), readable());
    }

    @Test
    void shouldGiveBackWhatIsBehindTheEndOfAnIdleSegmentAndGoOnBehindIt() {
        appendFast();
        long used = log.sizeInBytes();

        becomeIdle();

        assertTrue(onDisk(0) < used + used / 20, onDisk(0) + " for " + used);
        assertEquals(List.of(onDisk(0)), said());
        for (int i = 0; i < 200; i++) {
            append(1 + i % 70);
            becomeIdle();
        }
        assertEquals(List.of(onDisk(0)), said());
        assertEquals(log.endOffset(), readable());
    }

    @Test
    void shouldTakeFewPagesForAnIdleTopic() {
        append(1);
        becomeIdle();
        assertTrue(onDisk(0) <= 16 << 10, onDisk(0) + " bytes");
    }

    private long readable() {
        long offset = 0;
        while (offset < log.endOffset()) {
            LogSlice slice = log.read(offset, Long.MAX_VALUE, 1 << 20, true);
            assertEquals(slice.nextOffset() - offset, SliceBatches.of(slice).size());
            offset = slice.nextOffset();
            slice.release();
        }
        return offset;
    }
}
