package io.polestar.ops.differential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Crc32C;

/** Record batches, sound and otherwise. */
final class Batches {
    static final long TIME_MS = 1_600_000_000_000L;

    private Batches() {}

    static SimpleRecord record(long timestampMs, String key, String value) {
        return new SimpleRecord(timestampMs, bytes(key), bytes(value));
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static SimpleRecord[] records(int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = record(TIME_MS + i, "k" + i, "v" + i);
        }
        return records;
    }

    static MemoryRecords plain(int count) {
        return of(CompressionType.NONE, records(count));
    }

    static MemoryRecords of(CompressionType codec, SimpleRecord... records) {
        return MemoryRecords.withRecords(Compression.of(codec).build(), records);
    }

    static MemoryRecords magic(byte magic, CompressionType codec, SimpleRecord... records) {
        return MemoryRecords.withRecords(magic, Compression.of(codec).build(), records);
    }

    static MemoryRecords idempotent(long producerId, int epoch, int sequence, int count) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, producerId, (short) epoch, sequence, records(count));
    }

    static MemoryRecords transactional(long producerId, int epoch, int sequence, int count) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) epoch, sequence, records(count));
    }

    static MemoryRecords empty() {
        ByteBuffer buffer = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        DefaultRecordBatch.writeEmptyHeader(
                buffer,
                RecordBatch.MAGIC_VALUE_V2,
                -1,
                (short) -1,
                -1,
                0,
                0,
                -1,
                TimestampType.CREATE_TIME,
                TIME_MS,
                false,
                false);
        buffer.flip();
        return MemoryRecords.readableRecords(buffer);
    }

    static MemoryRecords control() {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                ByteBuffer.allocate(512),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.NONE,
                TimestampType.CREATE_TIME,
                0,
                -1,
                1,
                (short) 0,
                -1,
                true,
                true,
                -1,
                512);
        builder.appendEndTxnMarker(
                TIME_MS,
                new org.apache.kafka.common.record.internal.EndTransactionMarker(
                        org.apache.kafka.common.record.internal.ControlRecordType.COMMIT, 0));
        return builder.build();
    }

    static MemoryRecords baseOffset(long offset, int count) {
        MemoryRecords records = copy(plain(count));
        records.buffer().putLong(0, offset);
        return records;
    }

    static MemoryRecords copy(MemoryRecords records) {
        ByteBuffer buffer = ByteBuffer.allocate(records.sizeInBytes());
        buffer.put(records.buffer().duplicate()).flip();
        return MemoryRecords.readableRecords(buffer);
    }

    /** What a byte at a position is set to; the CRC is made to fit where asked. */
    static MemoryRecords patched(MemoryRecords records, int position, int value, boolean withCrc) {
        MemoryRecords copy = copy(records);
        copy.buffer().put(position, (byte) value);
        return withCrc ? withCrc(copy) : copy;
    }

    static MemoryRecords patchedInt(MemoryRecords records, int position, int value, boolean withCrc) {
        MemoryRecords copy = copy(records);
        copy.buffer().putInt(position, value);
        return withCrc ? withCrc(copy) : copy;
    }

    static MemoryRecords patchedLong(MemoryRecords records, int position, long value) {
        MemoryRecords copy = copy(records);
        copy.buffer().putLong(position, value);
        return withCrc(copy);
    }

    private static MemoryRecords withCrc(MemoryRecords records) {
        ByteBuffer buffer = records.buffer();
        int attributes = 21;
        buffer.putInt(17, (int) Crc32C.compute(buffer, attributes, buffer.remaining() - attributes));
        return MemoryRecords.readableRecords(buffer);
    }

    static MemoryRecords concat(MemoryRecords... parts) {
        int size = 0;
        for (MemoryRecords part : parts) {
            size += part.sizeInBytes();
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        for (MemoryRecords part : parts) {
            buffer.put(part.buffer().duplicate());
        }
        buffer.flip();
        return MemoryRecords.readableRecords(buffer);
    }

    static MemoryRecords truncated(MemoryRecords records, int bytes) {
        ByteBuffer buffer = copy(records).buffer();
        buffer.limit(buffer.limit() - bytes);
        return MemoryRecords.readableRecords(buffer);
    }
}
