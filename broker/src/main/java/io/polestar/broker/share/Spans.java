package io.polestar.broker.share;

import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Where the record batches of a slice begin and end. Immutable.
 *
 * @param all in order of offset, at least one
 */
record Spans(List<Span> all) {

    /** @param aborted whether the batch belongs to a transaction that was aborted */
    record Span(long first, long last, boolean aborted) {}

    /** @param aborted the aborted transactions of the slice; none where uncommitted records are read */
    static Spans of(LogSlice slice, List<AbortedTransaction> aborted) {
        PriorityQueue<AbortedTransaction> ahead =
                new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
        ahead.addAll(aborted);
        Set<Long> producers = new HashSet<>();
        List<Span> spans = new ArrayList<>();
        for (ByteBuffer region : slice.regions()) {
            for (RecordBatch batch :
                    MemoryRecords.readableRecords(region.duplicate()).batches()) {
                spans.add(new Span(batch.baseOffset(), batch.lastOffset(), isAborted(batch, ahead, producers)));
            }
        }
        return new Spans(spans);
    }

    private static boolean isAborted(RecordBatch batch, PriorityQueue<AbortedTransaction> ahead, Set<Long> producers) {
        if (!batch.hasProducerId()) {
            return false;
        }
        while (!ahead.isEmpty() && ahead.peek().firstOffset() <= batch.lastOffset()) {
            producers.add(ahead.poll().producerId());
        }
        if (batch.isControlBatch()) {
            if (ControlRecordType.parse(batch.iterator().next().key()) == ControlRecordType.ABORT) {
                producers.remove(batch.producerId());
            }
            return false;
        }
        return batch.isTransactional() && producers.contains(batch.producerId());
    }

    long first() {
        return all.get(0).first();
    }

    long last() {
        return all.get(all.size() - 1).last();
    }

    /** The end of the batch that an offset lies in; of a gap, the offset itself. */
    long endOfBatchAt(long offset) {
        for (Span span : all) {
            if (span.last() >= offset) {
                return span.first() <= offset ? span.last() : offset;
            }
        }
        return offset;
    }

    /** The last offset of a range that begins there and ends before the first batch that is so many records behind. */
    long endOfRange(long first, int records) {
        for (Span span : all) {
            if (span.first() - first >= records) {
                return span.first() - 1;
            }
        }
        return last();
    }
}
