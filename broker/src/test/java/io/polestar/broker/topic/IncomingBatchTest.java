package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IncomingBatchTest {
    private static final TopicPartition TOPIC = new TopicPartition("weather", 0);
    private static final int CRC_OFFSET = 17;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldPatchOffsetAndEpochAndKeepTheRestWhateverTheCodec(CompressionType codec) {
        MemoryRecords sent = records(Compression.of(codec).build(), 3, System.currentTimeMillis());
        ByteBuffer before = copy(sent.buffer());

        IncomingBatch batch = of(sent, Map.of());
        long logAppendTimeMs = batch.stamp(40, 7, Time.SYSTEM);

        assertEquals(RecordBatch.NO_TIMESTAMP, logAppendTimeMs);
        assertEquals(40, batch.header().baseOffset());
        assertEquals(42, batch.header().lastOffset());
        assertEquals(7, batch.header().partitionLeaderEpoch());
        assertTrue(batch.header().isValid());
        assertEquals(tail(before), tail(batch.bytes()), "what the CRC covers is as the client sent it");
    }

    @Test
    void shouldSetTheTimeWhereTheTopicAsksForIt() {
        IncomingBatch batch = of(records(Compression.NONE, 2, 1234), Map.of("message.timestamp.type", "LogAppendTime"));
        long logAppendTimeMs = batch.stamp(0, 0, Time.SYSTEM);

        assertTrue(logAppendTimeMs > 1234);
        assertEquals(TimestampType.LOG_APPEND_TIME, batch.header().timestampType());
        assertEquals(logAppendTimeMs, batch.header().maxTimestamp());
        assertTrue(batch.header().isValid());
    }

    @Test
    void shouldCompressAnewWhereTheTopicNamesACodec() {
        IncomingBatch batch = of(records(Compression.NONE, 100, 1234), Map.of("compression.type", "zstd"));
        batch.stamp(5, 1, Time.SYSTEM);

        assertEquals(CompressionType.ZSTD, batch.header().compressionType());
        assertEquals(5, batch.header().baseOffset());
        assertEquals(104, batch.header().lastOffset());
    }

    @Test
    void shouldRefuseABatchWhoseCrcDoesNotFit() {
        ByteBuffer bytes = copy(records(Compression.NONE, 1, 0).buffer());
        bytes.put(bytes.limit() - 1, (byte) (bytes.get(bytes.limit() - 1) ^ 1));
        assertThrows(CorruptRecordException.class, () -> of(MemoryRecords.readableRecords(bytes), Map.of()));
    }

    @Test
    void shouldRefuseABatchAboveTheTopicsLimit() {
        assertThrows(
                RecordTooLargeException.class,
                () -> of(records(Compression.NONE, 10, 0), Map.of("max.message.bytes", "100")));
    }

    @Test
    void shouldRefuseARecordWithoutKeyInACompactedTopic() {
        IncomingBatch batch = of(
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes())),
                Map.of("cleanup.policy", "compact"));
        RecordValidationException refusal =
                assertThrows(RecordValidationException.class, () -> batch.stamp(0, 0, Time.SYSTEM));
        assertEquals(InvalidRecordException.class, refusal.invalidException().getClass());
        assertEquals(0, refusal.recordErrors().get(0).batchIndex);
    }

    @Test
    void shouldRefuseATimestampFartherFromNowThanAllowed() {
        long nowMs = System.currentTimeMillis();
        IncomingBatch old =
                of(records(Compression.NONE, 1, nowMs - 10_000), Map.of("message.timestamp.before.max.ms", "1000"));
        IncomingBatch early = of(records(Compression.NONE, 1, nowMs + 7_200_000), Map.of());

        for (IncomingBatch batch : List.of(old, early)) {
            RecordValidationException refusal =
                    assertThrows(RecordValidationException.class, () -> batch.stamp(0, 0, Time.SYSTEM));
            assertEquals(
                    InvalidTimestampException.class, refusal.invalidException().getClass());
        }
    }

    @Test
    void shouldRefuseABatchThatDoesNotHoldWhatItSays() {
        ByteBuffer bytes = copy(records(Compression.NONE, 3, 0).buffer());
        bytes.putInt(57, 2); // the count of records
        bytes.putInt(23, 1); // the last offset's delta
        fixCrc(bytes);
        IncomingBatch batch = of(MemoryRecords.readableRecords(bytes), Map.of());
        assertThrows(InvalidRecordException.class, () -> batch.stamp(0, 0, Time.SYSTEM));
    }

    @Test
    void shouldRefuseMoreThanOneBatch() {
        ByteBuffer one = records(Compression.NONE, 1, 0).buffer();
        ByteBuffer two = ByteBuffer.allocate(one.remaining() * 2)
                .put(one.duplicate())
                .put(one.duplicate())
                .flip();
        assertThrows(InvalidRecordException.class, () -> of(MemoryRecords.readableRecords(two), Map.of()));
    }

    @Test
    void shouldCutWhatFollowsTheBatch() {
        ByteBuffer one = records(Compression.NONE, 1, 0).buffer();
        ByteBuffer longer = ByteBuffer.allocate(one.remaining() + 5)
                .put(one.duplicate())
                .put(new byte[5])
                .flip();
        assertEquals(
                one.remaining(),
                of(MemoryRecords.readableRecords(longer), Map.of()).bytes().remaining());
    }

    /** The allocation-free walk must never accept what Kafka's own reading refuses, whatever bytes are broken. */
    @Test
    void shouldAcceptNoBrokenRecordsThatKafkaWouldRefuse() {
        long seed = 20261124;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            ByteBuffer bytes = copy(
                    records(Compression.NONE, 1 + random.nextInt(4), 1_000_000).buffer());
            int position = DefaultRecordBatch.RECORD_BATCH_OVERHEAD
                    + random.nextInt(bytes.limit() - DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
            bytes.put(position, (byte) random.nextInt(256));
            fixCrc(bytes);
            DefaultRecordBatch batch = (DefaultRecordBatch)
                    MemoryRecords.readableRecords(bytes).batches().iterator().next();
            if (RecordWalk.isSound(bytes.duplicate(), batch, Long.MIN_VALUE, Long.MAX_VALUE, false)) {
                List<Long> offsets = new ArrayList<>();
                batch.forEach(record -> offsets.add(record.offset()));
                assertEquals(batch.countOrNull(), offsets.size(), "seed " + seed + ", round " + round);
            }
        }
    }

    @Test
    void shouldWalkTheSameBatchesThatKafkaReads() {
        MemoryRecords sent = records(Compression.NONE, 50, 5_000);
        DefaultRecordBatch batch =
                (DefaultRecordBatch) sent.batches().iterator().next();
        assertTrue(RecordWalk.isSound(sent.buffer(), batch, 0, 10_000, true));
        assertSame(false, RecordWalk.isSound(sent.buffer(), batch, 5_001, 10_000, true), "too old");
        assertSame(false, RecordWalk.isSound(sent.buffer(), batch, 0, 4_999, true), "too new");
    }

    private static IncomingBatch of(MemoryRecords records, Map<String, String> configs) {
        return IncomingBatch.of(TOPIC, new LogConfig(configs), AppendOrigin.CLIENT, records);
    }

    private static MemoryRecords records(Compression compression, int count, long timestampMs) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            Header[] headers = {new RecordHeader("unit", "C".getBytes()), new RecordHeader("none", (byte[]) null)};
            records[i] = new SimpleRecord(timestampMs, ("key" + i).getBytes(), ("value" + i).getBytes(), headers);
        }
        return MemoryRecords.readableRecords(
                copy(MemoryRecords.withRecords(compression, records).buffer()));
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining());
        return copy.put(bytes.duplicate()).flip();
    }

    private static ByteBuffer tail(ByteBuffer batch) {
        return batch.duplicate().position(batch.position() + CRC_OFFSET);
    }

    private static void fixCrc(ByteBuffer bytes) {
        ByteBuffer covered = bytes.duplicate().position(CRC_OFFSET + 4);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(covered);
        bytes.putInt(CRC_OFFSET, (int) crc.getValue());
    }
}
