package io.polestar.storage.memory;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.TimestampedOffset;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/**
 * One stored batch. Immutable.
 *
 * @param bytes a read-only direct buffer
 */
record MemoryBatch(ByteBuffer bytes) {

    static MemoryBatch copyOf(ByteBuffer batch) {
        ByteBuffer copy = ByteBuffer.allocateDirect(batch.remaining());
        return new MemoryBatch(copy.put(batch.duplicate()).flip().asReadOnlyBuffer());
    }

    /** What a rewriter made of it. */
    MemoryBatch replacedBy(ByteBuffer batch) {
        BatchHeader.requireOneBatch(batch, baseOffset());
        if (BatchHeader.lastOffset(batch, batch.position()) > lastOffset()) {
            throw new IllegalArgumentException("a batch was rewritten beyond its last offset " + lastOffset());
        }
        return copyOf(batch);
    }

    long baseOffset() {
        return BatchHeader.baseOffset(bytes, 0);
    }

    long lastOffset() {
        return BatchHeader.lastOffset(bytes, 0);
    }

    long maxTimestampMs() {
        return BatchHeader.maxTimestampMs(bytes, 0);
    }

    int sizeInBytes() {
        return bytes.limit();
    }

    List<TimestampedOffset> records() {
        List<TimestampedOffset> records = new ArrayList<>();
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(bytes.duplicate()).batches()) {
            for (Record next : batch) {
                records.add(new TimestampedOffset(next.offset(), next.timestamp(), batch.partitionLeaderEpoch()));
            }
        }
        return records;
    }
}
