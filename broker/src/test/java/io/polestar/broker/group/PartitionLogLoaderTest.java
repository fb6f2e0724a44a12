package io.polestar.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.coordinator.PartitionLogLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PartitionLogLoaderTest {
    private static final String TOPIC = "state";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final String UNKNOWN = "unknown";
    private static final String BROKEN = "broken";

    @TempDir
    Path directory;

    private GroupFixture broker;
    private PartitionLogLoader<String> loader;
    private final Playback playback = new Playback();

    @BeforeEach
    void start() {
        broker = GroupFixture.start(directory);
        broker.createTopic(TOPIC, 1);
        loader = loader(1 << 20);
    }

    private PartitionLogLoader<String> loader(int sliceBytes) {
        return new PartitionLogLoader<>(broker.partitions(), PartitionLogLoaderTest::decode, sliceBytes, Time.SYSTEM);
    }

    @AfterEach
    void stop() throws InterruptedException {
        loader.close();
        broker.close();
    }

    @Test
    void shouldReplayAllInOrderWhenLogNeedsManySlices() throws Exception {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            written.add("record-" + i);
            append("record-" + i);
        }
        loader.close();
        loader = loader(200);

        LoadSummary summary = load();

        assertEquals(written, playback.replayed);
        assertEquals(100, summary.numRecords());
        assertTrue(summary.numBytes() > 100 * 60);
        assertEquals(100, playback.written);
        assertEquals(100, playback.committed);
        assertTrue(playback.commits > 10, "committed as it goes");
    }

    @Test
    void shouldCompleteWithNothingWhenLogIsEmpty() throws Exception {
        assertEquals(0, load().numRecords());
        assertEquals(0, playback.written);
    }

    @Test
    void shouldReplayCompressedBatches() throws Exception {
        broker.append(TOPIC, 0, MemoryRecords.withRecords(Compression.gzip().build(), record("one"), record("two")));

        load();

        assertEquals(List.of("one", "two"), playback.replayed);
    }

    @Test
    void shouldSkipRecordsOfUnknownTypes() throws Exception {
        append("one");
        append(UNKNOWN);
        append("two");

        load();

        assertEquals(List.of("one", "two"), playback.replayed);
        assertEquals(3, playback.written);
    }

    @Test
    void shouldReplayTransactionMarkers() throws Exception {
        append("one");
        appendMarker(7, ControlRecordType.COMMIT);
        appendMarker(8, ControlRecordType.ABORT);

        load();

        assertEquals(List.of("one", "7 COMMIT", "8 ABORT"), playback.replayed);
    }

    @Test
    void shouldReachTheLogsEndWhenItsRecordsWereDeleted() throws Exception {
        append("one");
        append("two");
        broker.partitions().leader(PARTITION).deleteRecordsBefore(2);

        load();

        assertEquals(List.of(), playback.replayed);
        assertEquals(2, playback.written);
        assertEquals(2, playback.committed);
    }

    @Test
    void shouldFailNamingTheOffsetWhenRecordIsBroken() {
        append("one");
        append(BROKEN);

        ExecutionException failed = assertThrows(ExecutionException.class, this::load);

        assertTrue(failed.getCause().getMessage().contains("offset 1 of state-0"), failed.getMessage());
    }

    @Test
    void shouldFailWhenPartitionIsUnknown() {
        ExecutionException failed = assertThrows(
                ExecutionException.class,
                () -> loader.load(new TopicPartition("nowhere", 0), playback).get(10, TimeUnit.SECONDS));

        assertInstanceOf(UnknownTopicOrPartitionException.class, failed.getCause());
    }

    @Test
    void shouldStopWhenClosedMeanwhile() throws Exception {
        append("one");
        append("two");
        loader.close();
        loader = loader(1);
        CountDownLatch closing = new CountDownLatch(1);
        playback.onReplay = () -> await(closing);
        var loading = loader.load(PARTITION, playback);
        Thread closer = new Thread(() -> {
            try {
                loader.close();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        playback.started.await();
        closer.start();
        Awaitility.await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        closing.countDown();

        ExecutionException failed = assertThrows(ExecutionException.class, () -> loading.get(10, TimeUnit.SECONDS));

        assertInstanceOf(KafkaException.class, failed.getCause());
        closer.join();
        assertTrue(loader.load(PARTITION, playback).isCompletedExceptionally());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private LoadSummary load() throws Exception {
        return loader.load(PARTITION, playback).get(10, TimeUnit.SECONDS);
    }

    private void append(String value) {
        broker.append(TOPIC, 0, MemoryRecords.withRecords(Compression.NONE, record(value)));
    }

    private static SimpleRecord record(String value) {
        return new SimpleRecord(System.currentTimeMillis(), new byte[] {1}, value.getBytes(StandardCharsets.UTF_8));
    }

    private void appendMarker(long producerId, ControlRecordType type) {
        broker.partitions()
                .leader(PARTITION)
                .appendFromCoordinator(
                        MemoryRecords.withEndTransactionMarker(
                                System.currentTimeMillis(), producerId, (short) 0, new EndTransactionMarker(type, 0)),
                        VerificationGuard.SENTINEL,
                        TransactionVersion.TV_0.featureLevel());
    }

    private static String decode(ByteBuffer key, ByteBuffer value) {
        String text = StandardCharsets.UTF_8.decode(value).toString();
        if (text.equals(UNKNOWN)) {
            throw new Deserializer.UnknownRecordTypeException((short) 99);
        }
        if (text.equals(BROKEN)) {
            throw new IllegalStateException("cannot be decoded");
        }
        return text;
    }

    /** Remembers what was played. Written by the loader's thread, read after the load. */
    private static final class Playback implements CoordinatorPlayback<String> {
        private final List<String> replayed = new ArrayList<>();
        private final CountDownLatch started = new CountDownLatch(1);
        private Runnable onReplay = () -> {};
        private long written;
        private long committed;
        private int commits;

        @Override
        public void replay(long offset, long producerId, short producerEpoch, String record) {
            started.countDown();
            onReplay.run();
            replayed.add(record);
        }

        @Override
        public void replayEndTransactionMarker(long producerId, short producerEpoch, TransactionResult result) {
            replayed.add(producerId + " " + result);
        }

        @Override
        public void updateLastWrittenOffset(long offset) {
            assertTrue(offset > written);
            written = offset;
        }

        @Override
        public void updateLastCommittedOffset(long offset) {
            assertTrue(offset <= written);
            committed = offset;
            commits++;
        }
    }
}
