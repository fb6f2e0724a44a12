package io.polestar.broker.share;

import io.polestar.protocol.MappedRecords;
import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Leaves out of a slice the batches before and behind what a member got. */
final class AcquiredBatches {
    private AcquiredBatches() {}

    /** @return the records to answer with; they own the slice */
    static MappedRecords of(LogSlice slice, List<AcquiredRecords> acquired) {
        long first = acquired.get(0).firstOffset();
        long last = acquired.get(acquired.size() - 1).lastOffset();
        List<ByteBuffer> regions = new ArrayList<>();
        int size = 0;
        for (ByteBuffer region : slice.regions()) {
            ByteBuffer part = part(region, first, last);
            if (part.hasRemaining()) {
                regions.add(part);
                size += part.remaining();
            }
        }
        return new MappedRecords(regions, size, slice::release);
    }

    private static ByteBuffer part(ByteBuffer region, long first, long last) {
        int begin = region.position();
        int end = begin;
        for (RecordBatch batch :
                MemoryRecords.readableRecords(region.duplicate()).batches()) {
            if (batch.lastOffset() < first) {
                begin += batch.sizeInBytes();
                end = begin;
            } else if (batch.baseOffset() <= last) {
                end += batch.sizeInBytes();
            }
        }
        ByteBuffer part = region.duplicate();
        part.position(begin);
        part.limit(end);
        return part;
    }
}
