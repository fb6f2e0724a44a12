package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Finds the first record in a range of a log that a reader would have been given: no transaction's marker, not of an aborted
 * transaction, not compacted away. Reads the log, up to that record.
 */
final class FirstData {
    private static final int SLICE_BYTES = 1 << 20;

    private FirstData() {}

    /** The part of the range from its first record on; empty where there is none. What cannot be read counts as a record. */
    static Optional<OffsetRange> in(Partition partition, OffsetRange range) {
        try {
            OptionalLong first = find(partition, range);
            return first.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new OffsetRange(Math.max(range.from(), first.getAsLong()), range.to()));
        } catch (OffsetOutOfRangeException e) {
            return Optional.of(range); // removed meanwhile
        }
    }

    private static OptionalLong find(Partition partition, OffsetRange range) {
        long offset = range.from();
        while (offset < range.to()) {
            LogSlice slice = partition.read(offset, SLICE_BYTES, true, IsolationLevel.READ_UNCOMMITTED);
            try {
                OptionalLong found = find(partition, range, slice);
                if (found.isPresent() || slice.sizeInBytes() == 0) {
                    return found;
                }
                offset = slice.nextOffset();
            } finally {
                slice.release();
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong find(Partition partition, OffsetRange range, LogSlice slice) {
        for (ByteBuffer region : slice.regions()) {
            for (RecordBatch batch :
                    MemoryRecords.readableRecords(region.duplicate()).batches()) {
                boolean within = batch.baseOffset() < range.to() && batch.lastOffset() >= range.from();
                if (within && isData(partition, batch)) {
                    return OptionalLong.of(batch.baseOffset());
                }
            }
        }
        return OptionalLong.empty();
    }

    private static boolean isData(Partition partition, RecordBatch batch) {
        Integer count = batch.countOrNull();
        boolean aborted = batch.isTransactional() && partition.isAborted(batch.producerId(), batch.baseOffset());
        return !batch.isControlBatch() && (count == null || count > 0) && !aborted;
    }
}
