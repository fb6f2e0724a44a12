package io.polestar.broker.hub.view;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What one read of a view found: batches of its sources with the view's offsets. Filled by one thread, then read only; holds
 * the sources' memory until it is released.
 */
final class ViewSlice implements LogSlice {
    private final List<ByteBuffer> regions = new ArrayList<>();
    private final List<LogSlice> held = new ArrayList<>();
    private int sizeInBytes;
    private long nextOffset;

    /** First offset that was passed over since the last batch; -1 if none was. */
    private long gapFrom = -1;

    private int gapEpoch;

    ViewSlice(long offset) {
        this.nextOffset = offset;
    }

    /** Adds a batch that is in memory of its own. */
    void add(ByteBuffer batch, long lastOffset) {
        put(batch);
        moveTo(lastOffset + 1);
    }

    /** Adds a batch whose rest stays where it is, in a slice that is taken over. */
    void add(ByteBuffer head, ByteBuffer rest, LogSlice owner, long lastOffset) {
        put(head);
        put(rest);
        held.add(owner);
        moveTo(lastOffset + 1);
    }

    private void put(ByteBuffer region) {
        regions.add(region);
        sizeInBytes += region.remaining();
    }

    private void moveTo(long offset) {
        nextOffset = offset;
        gapFrom = -1;
    }

    /** Nothing is left of these offsets. */
    void skip(long firstOffset, long lastOffset, int leaderEpoch) {
        if (gapFrom < 0) {
            gapFrom = firstOffset;
        }
        gapEpoch = leaderEpoch;
        nextOffset = lastOffset + 1;
    }

    boolean isEmpty() {
        return sizeInBytes == 0 && gapFrom < 0;
    }

    /**
     * To be called when all was added. A reader knows from an empty batch, as compaction leaves them, that it may go on
     * behind offsets that end in a gap.
     */
    ViewSlice finish() {
        if (gapFrom >= 0) {
            long first = Math.max(gapFrom, nextOffset - Integer.MAX_VALUE);
            ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE);
            DefaultRecordBatch.writeEmptyHeader(
                    batch,
                    RecordBatch.MAGIC_VALUE_V2,
                    RecordBatch.NO_PRODUCER_ID,
                    RecordBatch.NO_PRODUCER_EPOCH,
                    RecordBatch.NO_SEQUENCE,
                    first,
                    nextOffset - 1,
                    gapEpoch,
                    TimestampType.CREATE_TIME,
                    RecordBatch.NO_TIMESTAMP,
                    false,
                    false);
            put(batch.rewind());
            gapFrom = -1;
        }
        return this;
    }

    @Override
    public int sizeInBytes() {
        return sizeInBytes;
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public List<ByteBuffer> regions() {
        return Collections.unmodifiableList(regions);
    }

    @Override
    public void release() {
        held.forEach(LogSlice::release);
    }
}
