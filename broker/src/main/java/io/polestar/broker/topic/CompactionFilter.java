package io.polestar.broker.topic;

import io.polestar.storage.BatchRewriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.storage.internals.log.CleanedTransactionMetadata;
import org.apache.kafka.storage.internals.log.LastRecord;

/**
 * Decides, record by record, what compaction keeps, as Kafka's cleaner does: the last record of each key, tombstones and
 * transaction markers until their delete horizon, and an empty batch where a producer's last sequence or the end of the
 * range would be forgotten. One for each group of segments, for one thread.
 */
final class CompactionFilter extends RecordFilter implements BatchRewriter {

    private final Partition partition;
    private final DirtyKeys keys;
    private final CleanedTransactionMetadata transactions;
    private final Map<Long, LastRecord> lastRecords;
    private final long endOfRange;
    private final BufferSupplier decompression;
    private final List<Long> emptyTransactions = new ArrayList<>();
    private ByteBuffer output;
    private final CompactedAway removed;
    private boolean discardsRecords;
    private long keptBytes;

    /**
     * @param nowMs when the run began
     * @param endOfRange where the part ends that may be cleaned; the batch before it keeps its place
     * @param removed takes note of the records that go
     * @param output where a batch is built anew, replaced by a larger one where it does not suffice
     */
    CompactionFilter(
            Partition partition,
            long nowMs,
            DirtyKeys keys,
            CleanedTransactionMetadata transactions,
            long endOfRange,
            ByteBuffer output,
            BufferSupplier decompression,
            CompactedAway removed) {
        super(nowMs, partition.config().deleteRetentionMs);
        this.partition = partition;
        this.keys = keys;
        this.transactions = transactions;
        this.lastRecords = partition.lastRecordsOfProducers();
        this.endOfRange = endOfRange;
        this.output = output;
        this.decompression = decompression;
        this.removed = removed;
    }

    @Override
    public Optional<ByteBuffer> rewrite(ByteBuffer batch) {
        output = MemoryRecords.readableRecords(batch)
                .filterTo(this, output.clear(), decompression)
                .outputBuffer();
        ByteBuffer kept = output.duplicate().flip();
        keptBytes += kept.remaining();
        if (!kept.hasRemaining()) {
            return Optional.empty();
        }
        return Optional.of(kept.equals(batch) ? batch : kept);
    }

    /** Offsets of the markers of which no record is left. */
    List<Long> emptyTransactions() {
        return emptyTransactions;
    }

    /** Bytes of what is kept so far. */
    long keptBytes() {
        return keptBytes;
    }

    @Override
    protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
        boolean isOver =
                batch.isControlBatch() ? transactions.onControlBatchRead(batch) : transactions.onBatchRead(batch);
        boolean marksAnEmptyTransaction = isOver && batch.isControlBatch();
        if (marksAnEmptyTransaction) {
            emptyTransactions.add(batch.lastOffset());
        }
        discardsRecords = isOver && (!batch.isControlBatch() || mayGo(batch));
        return new BatchRetentionResult(retention(batch), marksAnEmptyTransaction);
    }

    /** A reader that is told of an aborted transaction must find its end. */
    private boolean mayGo(RecordBatch marker) {
        return isPastHorizon(marker) && !partition.isAbortedAt(marker.lastOffset());
    }

    private BatchRetention retention(RecordBatch batch) {
        if (batch.hasProducerId() && isLastOfProducer(batch) || batch.nextOffset() == endOfRange) {
            return BatchRetention.RETAIN_EMPTY;
        }
        return discardsRecords ? BatchRetention.DELETE : BatchRetention.DELETE_EMPTY;
    }

    /** A producer that wrote only a marker is known by its epoch. */
    private boolean isLastOfProducer(RecordBatch batch) {
        LastRecord last = lastRecords.get(batch.producerId());
        if (last == null) {
            return false;
        }
        return last.lastDataOffset().isPresent()
                ? batch.lastOffset() == last.lastDataOffset().getAsLong()
                : batch.isControlBatch() && batch.producerEpoch() == last.producerEpoch();
    }

    private boolean isPastHorizon(RecordBatch batch) {
        return batch.deleteHorizonMs().isPresent() && batch.deleteHorizonMs().getAsLong() <= currentTime;
    }

    @Override
    protected boolean shouldRetainRecord(RecordBatch batch, Record next) {
        if (discardsRecords) {
            return false;
        }
        if (batch.isControlBatch() || next.offset() >= keys.endOffset()) {
            return true;
        }
        boolean kept = next.hasKey() && keys.isLatest(next) && (next.hasValue() || !isPastHorizon(batch));
        if (!kept) {
            removed.note(next);
        }
        return kept;
    }
}
