package io.polestar.broker.hub.view;

import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * A reference as it stands in a view's log.
 *
 * @param baseOffset first of the offsets that it takes, in the view
 * @param lastOffset the last one
 * @param leaderEpoch of the view's partition when it was written
 * @param maxTimestampMs the largest timestamp of the records it stands for
 * @param reference null where it is none, as a transaction marker
 */
record StoredReference(long baseOffset, long lastOffset, int leaderEpoch, long maxTimestampMs, Reference reference) {

    static StoredReference of(RecordBatch batch) {
        return new StoredReference(
                batch.baseOffset(),
                batch.lastOffset(),
                batch.partitionLeaderEpoch(),
                batch.maxTimestamp(),
                Reference.in(batch).orElse(null));
    }
}
