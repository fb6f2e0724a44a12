package io.polestar.broker.topic;

import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.apache.kafka.storage.internals.log.CleanedTransactionMetadata;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;

/**
 * The last offset of each key in the dirty part of a log, in Kafka's map of key hashes; or as much of that part as the map
 * holds. Takes memory for the keys that there can be, up to a bound. For one thread, and for one run.
 */
final class DirtyKeys {

    private static final int BYTES_PER_KEY = 24;
    private static final long MIN_KEYS = 1024;

    private final SkimpyOffsetMap map;
    private final int maxKeys;
    private final BufferSupplier decompression;
    private long endOffset;

    private DirtyKeys(int bytes, double loadFactor, BufferSupplier decompression) {
        try {
            this.map = new SkimpyOffsetMap(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        this.maxKeys = (int) (map.slots() * loadFactor);
        this.decompression = decompression;
    }

    /**
     * @param offsets how many offsets the dirty part spans: there are no more keys
     * @param maxBytes bound of the map's memory
     */
    static DirtyKeys forOffsets(long offsets, long maxBytes, double loadFactor, BufferSupplier decompression) {
        double neededBytes = (Math.max(MIN_KEYS, offsets) + 1) / loadFactor * BYTES_PER_KEY;
        return new DirtyKeys(
                (int) Math.min(neededBytes, Math.min(maxBytes, Integer.MAX_VALUE - 8)), loadFactor, decompression);
    }

    /**
     * Reads the dirty part.
     *
     * @param transactions knows which batches are aborted: their keys do not count
     * @param pace told of the bytes of every slice
     */
    void read(
            PartitionLog log, CleanableLog dirty, int sliceBytes, CleanedTransactionMetadata transactions, Pace pace) {
        long offset = dirty.firstDirty();
        boolean full = false;
        while (!full && offset < dirty.firstUncleanable()) {
            LogSlice slice = log.read(offset, dirty.firstUncleanable(), sliceBytes, true);
            try {
                pace.spend(slice.sizeInBytes());
                full = take(slice, dirty.firstDirty(), transactions);
                boolean onlyAGapIsLeft = slice.sizeInBytes() == 0;
                offset = onlyAGapIsLeft ? dirty.firstUncleanable() : slice.nextOffset();
            } finally {
                slice.release();
            }
        }
        endOffset = full ? map.latestOffset() + 1 : dirty.firstUncleanable();
        map.updateLatestOffset(endOffset - 1);
    }

    private boolean take(LogSlice slice, long from, CleanedTransactionMetadata transactions) {
        for (ByteBuffer region : slice.regions()) {
            for (MutableRecordBatch batch :
                    MemoryRecords.readableRecords(region).batches()) {
                if (take(batch, from, transactions)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the map is full. */
    private boolean take(MutableRecordBatch batch, long from, CleanedTransactionMetadata transactions) {
        if (batch.isControlBatch()) {
            transactions.onControlBatchRead(batch);
        } else if (!transactions.onBatchRead(batch)) {
            try (CloseableIterator<Record> records = batch.streamingIterator(decompression)) {
                while (records.hasNext()) {
                    Record next = records.next();
                    if (next.hasKey() && next.offset() >= from && !put(next)) {
                        return true;
                    }
                }
            }
        }
        if (batch.lastOffset() >= from) {
            map.updateLatestOffset(batch.lastOffset());
        }
        return false;
    }

    private boolean put(Record next) {
        if (map.size() >= maxKeys) {
            return false;
        }
        try {
            map.put(next.key(), next.offset());
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    /** The offset up to which keys were read: from there on nothing may be dropped. */
    long endOffset() {
        return endOffset;
    }

    /** Whether no later record of the same key was read. */
    boolean isLatest(Record of) {
        try {
            return of.offset() >= map.get(of.key());
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
    }
}
