package io.polestar.broker.hub.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.protocol.RecordHeaders;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * A source's batch as its view shows it, at the view's offsets. Used by one thread.
 *
 * @param at what of the view's log names the batch
 * @param batch the source's, in the source's memory
 * @param startOffset of the source: records below it were deleted
 */
record Rendering(StoredReference at, ByteBuffer batch, TopicPartition source, long startOffset) {
    private static final int LEADER_EPOCH = 12;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final short TRANSACTIONAL = 0x10;

    /** A record's three headers, without their values' digits. */
    private static final int SOURCE_HEADERS_BYTES = 96;

    private static final ThreadLocal<BufferSupplier> DECOMPRESSION_BUFFERS =
            ThreadLocal.withInitial(BufferSupplier::create);

    /** Called with each record that is shown. */
    private interface Visitor {
        /** @return whether to go on */
        boolean visit(Record record, long viewOffset);
    }

    /** Whether the batch is shown as it is stored, but for its first bytes. */
    boolean isVerbatim(boolean sourceHeaders) {
        return !sourceHeaders && at.reference().kept().isAll() && at.reference().baseOffset() >= startOffset;
    }

    /**
     * The beginning of the stored batch with the view's offset and leader epoch, which are outside of the checksum. What
     * was written in a transaction is committed, and no longer part of one.
     *
     * @param bytes how many, at least a batch's header
     */
    ByteBuffer head(int bytes) {
        ByteBuffer head = ByteBuffer.allocate(bytes);
        head.put(batch.slice(batch.position(), bytes)).flip();
        head.putLong(0, at.baseOffset());
        head.putInt(LEADER_EPOCH, at.leaderEpoch());
        short attributes = head.getShort(ATTRIBUTES);
        if ((attributes & TRANSACTIONAL) != 0) {
            stored().ensureValid();
            head.putShort(ATTRIBUTES, (short) (attributes & ~TRANSACTIONAL));
            head.putInt(CRC, checksum(head));
        }
        return head;
    }

    private int checksum(ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(ATTRIBUTES, head.limit() - ATTRIBUTES));
        crc.update(rest(head.limit()));
        return (int) crc.getValue();
    }

    /** What follows so many bytes. */
    ByteBuffer rest(int headBytes) {
        return batch.slice(batch.position() + headBytes, batch.remaining() - headBytes);
    }

    private RecordBatch stored() {
        return MemoryRecords.readableRecords(batch.duplicate())
                .batches()
                .iterator()
                .next();
    }

    /**
     * The batch with the records that are shown alone, uncompressed.
     *
     * @return empty if none of them is left
     * @throws org.apache.kafka.common.errors.CorruptRecordException if it is damaged: a new checksum must not hide that
     */
    Optional<ByteBuffer> rewritten(boolean sourceHeaders) {
        RecordBatch stored = stored();
        stored.ensureValid();
        Header[] own = sourceHeaders ? ownHeaders() : new Header[0];
        try (MemoryRecordsBuilder builder = builder(stored, sourceHeaders)) {
            visit(stored, (record, viewOffset) -> {
                builder.appendWithOffset(
                        viewOffset,
                        record.timestamp(),
                        record.key(),
                        record.value(),
                        sourceHeaders ? headers(record, own) : record.headers());
                return true;
            });
            if (builder.numRecords() == 0) {
                return Optional.empty();
            }
            builder.overrideLastOffset(at.lastOffset());
            return Optional.of(builder.build().buffer());
        }
    }

    private MemoryRecordsBuilder builder(RecordBatch stored, boolean sourceHeaders) {
        int perRecord = sourceHeaders ? SOURCE_HEADERS_BYTES + source.topic().length() : 0;
        int count = at.reference().kept().count();
        return new MemoryRecordsBuilder(
                new ByteBufferOutputStream(batch.remaining() + Math.min(count * perRecord, batch.remaining() * 16)),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.NONE,
                stored.timestampType(),
                at.baseOffset(),
                stored.timestampType() == TimestampType.LOG_APPEND_TIME
                        ? stored.maxTimestamp()
                        : RecordBatch.NO_TIMESTAMP,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                false,
                false,
                at.leaderEpoch(),
                Integer.MAX_VALUE);
    }

    /** The first record shown whose timestamp is as wanted. */
    Optional<ShownRecord> first(Predicate<Long> wantedMs) {
        ShownRecord[] found = new ShownRecord[1];
        visit(stored(), (record, viewOffset) -> {
            if (wantedMs.test(record.timestamp())) {
                found[0] = new ShownRecord(viewOffset, record.timestamp());
            }
            return found[0] == null;
        });
        return Optional.ofNullable(found[0]);
    }

    /** @param offset the view's */
    record ShownRecord(long offset, long timestampMs) {}

    /** The records that are left of those shown; each has the same offset of the view, whatever else was compacted away. */
    private void visit(RecordBatch stored, Visitor visitor) {
        Kept kept = at.reference().kept();
        long base = at.reference().baseOffset();
        long viewOffset = at.baseOffset();
        int next = kept.next(0);
        boolean more = true;
        try (CloseableIterator<Record> records = stored.streamingIterator(DECOMPRESSION_BUFFERS.get())) {
            while (more && next >= 0 && records.hasNext()) {
                Record record = records.next();
                int delta = (int) (record.offset() - base);
                while (next >= 0 && next < delta) {
                    viewOffset++;
                    next = kept.next(next + 1);
                }
                if (next == delta && record.offset() >= startOffset) {
                    more = visitor.visit(record, viewOffset);
                }
            }
        }
    }

    /** Of topic and partition; the last one is each record's own. */
    private Header[] ownHeaders() {
        return new Header[] {
            new RecordHeader(RecordHeaders.SOURCE_TOPIC, source.topic().getBytes(UTF_8)),
            new RecordHeader(
                    RecordHeaders.SOURCE_PARTITION,
                    Integer.toString(source.partition()).getBytes(UTF_8)),
            null
        };
    }

    private static Header[] headers(Record record, Header[] own) {
        Header[] headers = record.headers();
        Header[] all = Arrays.copyOf(headers, headers.length + own.length);
        System.arraycopy(own, 0, all, headers.length, own.length);
        all[all.length - 1] = new RecordHeader(
                RecordHeaders.SOURCE_OFFSET, Long.toString(record.offset()).getBytes(UTF_8));
        return all;
    }

    /** As many bytes as it is likely to take. */
    int estimatedBytes(boolean sourceHeaders) {
        int headers = sourceHeaders ? at.reference().kept().count() * SOURCE_HEADERS_BYTES : 0;
        return batch.remaining() + Math.max(0, headers);
    }

    /** The stored batch's size. */
    int storedBytes() {
        return batch.remaining();
    }
}
