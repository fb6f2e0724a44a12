package io.polestar.broker.hub.view;

import io.polestar.broker.topic.Partition;
import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * The batches of a slice of a source, below its last stable offset, in order; markers and what was aborted are told as not
 * shown. Used once, by one thread.
 */
final class CommittedBatches {

    /** Called with each batch. */
    interface Visitor {
        /** @param shown whether it holds committed records */
        void visit(RecordBatch batch, boolean shown);
    }

    private final LogSlice slice;
    private final PriorityQueue<AbortedTransaction> ahead =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<Long> abortedProducers = new HashSet<>();

    CommittedBatches(Partition source, long from, LogSlice slice) {
        this.slice = slice;
        ahead.addAll(source.abortedTransactions(from, slice.nextOffset()));
    }

    void forEach(Visitor visitor) {
        for (ByteBuffer region : slice.regions()) {
            for (RecordBatch batch : MemoryRecords.readableRecords(region).batches()) {
                visitor.visit(batch, isShown(batch));
            }
        }
    }

    private boolean isShown(RecordBatch batch) {
        if (!batch.hasProducerId()) {
            return !batch.isControlBatch();
        }
        while (!ahead.isEmpty() && ahead.peek().firstOffset() <= batch.lastOffset()) {
            abortedProducers.add(ahead.poll().producerId());
        }
        if (batch.isControlBatch()) {
            if (ControlRecordType.parse(batch.iterator().next().key()) == ControlRecordType.ABORT) {
                abortedProducers.remove(batch.producerId());
            }
            return false;
        }
        return !batch.isTransactional() || !abortedProducers.contains(batch.producerId());
    }
}
