package io.polestar.broker.hub.view;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * One batch of a source, as a view's log names it: a batch of one record, which takes as many of the view's offsets as
 * records are shown. Immutable.
 *
 * @param epoch the leader epoch of the source's batch: another batch that took its offsets after a power cut has a later one
 * @param baseOffset its first offset, in the source
 */
record Reference(SourceId source, int epoch, long baseOffset, Kept kept) {
    private static final byte VERSION = 1;
    private static final byte ALL = 0;
    private static final byte SOME = 1;
    private static final int FIXED_BYTES = 1 + 16 + 4 + 4 + 8 + 4 + 1;
    private static final int BATCH_BYTES = 96;

    /** The last offset, in the source. */
    long lastOffset() {
        return baseOffset + kept.span() - 1;
    }

    /**
     * As the view's log takes it, from offset 0 on.
     *
     * @param maxTimestampMs of the records shown
     */
    MemoryRecords toRecords(long maxTimestampMs) {
        ByteBuffer value = value();
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(BATCH_BYTES + value.remaining()), Compression.NONE, TimestampType.CREATE_TIME, 0);
        builder.append(maxTimestampMs, null, value);
        builder.overrideLastOffset(kept.count() - 1L);
        return builder.build();
    }

    private ByteBuffer value() {
        byte[] bits = kept.isAll() ? new byte[0] : kept.some().toByteArray();
        return ByteBuffer.allocate(FIXED_BYTES + bits.length)
                .put(VERSION)
                .putLong(source.topicId().getMostSignificantBits())
                .putLong(source.topicId().getLeastSignificantBits())
                .putInt(source.partition())
                .putInt(epoch)
                .putLong(baseOffset)
                .putInt(kept.span())
                .put(kept.isAll() ? ALL : SOME)
                .put(bits)
                .flip();
    }

    /** What a batch of a view's log refers to; empty for one that is none, as a transaction marker. */
    static Optional<Reference> in(RecordBatch batch) {
        Iterator<Record> records = batch.iterator();
        if (batch.isControlBatch() || !records.hasNext()) {
            return Optional.empty();
        }
        try {
            return read(records.next().value());
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Reference> read(ByteBuffer value) {
        if (value == null || value.get() != VERSION) {
            return Optional.empty();
        }
        SourceId source = new SourceId(new Uuid(value.getLong(), value.getLong()), value.getInt());
        int epoch = value.getInt();
        long baseOffset = value.getLong();
        int span = value.getInt();
        Kept kept = value.get() == ALL ? Kept.all(span) : new Kept(span, BitSet.valueOf(value));
        return Optional.of(new Reference(source, epoch, baseOffset, kept));
    }
}
