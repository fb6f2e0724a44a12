package io.polestar.broker.topic;

import java.util.List;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;

/**
 * How far an idempotent producer is in a partition. A batch is taken only if it begins with the sequence after the last one, so that no
 * sequence of an epoch is missing before the last one.
 *
 * @param epoch the current one
 * @param lastSequence the last one that is stored, of this epoch; -1 for none
 * @param lastOffset of its last record; -1 for none
 * @param ranges what is stored, of this epoch and earlier ones
 */
public record ProducerProgress(
        long producerId, short epoch, int lastSequence, long lastOffset, List<SequenceRange> ranges) {
    static ProducerProgress of(ProducerStateEntry entry, List<SequenceRange> ranges) {
        int lastSequence = entry.batchMetadata().stream()
                .reduce((earlier, later) -> later)
                .map(BatchMetadata::lastSeq)
                .orElse(RecordBatch.NO_SEQUENCE);
        return new ProducerProgress(
                entry.producerId(), entry.producerEpoch(), lastSequence, entry.lastDataOffset(), ranges);
    }
}
