package io.polestar.broker.hub.view;

import java.util.BitSet;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the reference to a source's batch, after a look at its records where the view has a filter. One thread's. */
final class ReferenceMaker {
    private static final Logger log = LoggerFactory.getLogger(ReferenceMaker.class);

    private final RecordFilter filter;
    private final BufferSupplier buffers = BufferSupplier.create();

    ReferenceMaker(RecordFilter filter) {
        this.filter = filter;
    }

    /** Empty if the view shows none of its records. */
    Optional<MemoryRecords> of(SourceId source, RecordBatch batch) {
        int span = Math.toIntExact(batch.lastOffset() - batch.baseOffset() + 1);
        if (filter.acceptsAll()) {
            return Optional.of(reference(source, batch, Kept.all(span)).toRecords(batch.maxTimestamp()));
        }
        BitSet some = new BitSet(span);
        long maxMs = look(source, batch, some);
        return some.isEmpty()
                ? Optional.empty()
                : Optional.of(reference(source, batch, Kept.of(span, some)).toRecords(maxMs));
    }

    private static Reference reference(SourceId source, RecordBatch batch, Kept kept) {
        return new Reference(source, batch.partitionLeaderEpoch(), batch.baseOffset(), kept);
    }

    /**
     * Marks what the filter accepts. A damaged batch is referred to as a whole: so a reader is told of it as a reader of the
     * source is, and nothing is missing in silence.
     *
     * @return the largest timestamp of what is accepted
     */
    private long look(SourceId source, RecordBatch batch, BitSet accepted) {
        long maxMs = RecordBatch.NO_TIMESTAMP;
        try (CloseableIterator<Record> records = batch.streamingIterator(buffers)) {
            batch.ensureValid();
            while (records.hasNext()) {
                Record record = records.next();
                if (filter.accepts(record)) {
                    accepted.set((int) (record.offset() - batch.baseOffset()));
                    maxMs = Math.max(maxMs, record.timestamp());
                }
            }
            return maxMs;
        } catch (KafkaException e) {
            log.error("source={} base_offset={} event=damaged_batch_in_view", source, batch.baseOffset(), e);
            accepted.set(0, (int) (batch.lastOffset() - batch.baseOffset() + 1));
            return batch.maxTimestamp();
        }
    }
}
