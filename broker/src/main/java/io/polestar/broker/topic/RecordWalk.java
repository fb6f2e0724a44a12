package io.polestar.broker.topic;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Walks the records of one uncompressed batch of magic 2 without making an object for each, and says whether all of them
 * are plainly acceptable. Where it says no, Kafka's LogValidator decides and words the refusal. The layout is that of
 * Kafka's protocol guide, "Record Batch" and "Record".
 */
final class RecordWalk {
    private static final int COUNT_OFFSET = 57;
    private static final int MAX_VARINT_BYTES = 5;
    private static final int MAX_VARLONG_BYTES = 10;

    private final ByteBuffer buffer;
    private final int end;
    private final int count;
    private final long baseTimestampMs;
    private int position;
    private boolean sound = true;

    private RecordWalk(ByteBuffer buffer, int start, int end, long baseTimestampMs) {
        this.buffer = buffer;
        this.end = end;
        this.count = buffer.getInt(start + COUNT_OFFSET);
        this.baseTimestampMs = baseTimestampMs;
        this.position = start + DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
    }

    /**
     * Whether the batch holds exactly as many well-formed records as it says, all within the timestamps given, with the
     * largest timestamp that its header says.
     *
     * @param buffer holds the batch from its position on
     * @param oldestMs the oldest timestamp allowed, milliseconds since the epoch
     * @param newestMs the newest timestamp allowed
     * @param keysRequired whether a record without key is not acceptable
     */
    static boolean isSound(
            ByteBuffer buffer, DefaultRecordBatch batch, long oldestMs, long newestMs, boolean keysRequired) {
        int start = buffer.position();
        RecordWalk walk = new RecordWalk(buffer, start, start + batch.sizeInBytes(), batch.baseTimestamp());
        return walk.run(oldestMs, newestMs, keysRequired, batch.maxTimestamp());
    }

    private boolean run(long oldestMs, long newestMs, boolean keysRequired, long declaredMaxMs) {
        long maxMs = RecordBatch.NO_TIMESTAMP;
        for (int i = 0; i < count && sound; i++) {
            int recordEnd = recordEnd();
            position++; // attributes, unused
            long timestampMs = baseTimestampMs + varlong();
            varint(); // offset delta
            if (timestampMs != RecordBatch.NO_TIMESTAMP && (timestampMs < oldestMs || timestampMs > newestMs)) {
                return false;
            }
            maxMs = Math.max(maxMs, timestampMs);
            int keyLength = skipField();
            if (keysRequired && keyLength < 0) {
                return false;
            }
            skipField();
            skipHeaders();
            sound &= position == recordEnd;
        }
        return sound && count > 0 && position == end && maxMs == declaredMaxMs;
    }

    private int recordEnd() {
        int length = varint();
        sound &= length > 0 && length <= end - position;
        return position + length;
    }

    private void skipHeaders() {
        int headers = varint();
        sound &= headers >= 0 && headers <= end - position;
        for (int i = 0; i < headers && sound; i++) {
            sound &= skipField() >= 0;
            skipField();
        }
    }

    /** Skips length and bytes of a field; the length, -1 for null. */
    private int skipField() {
        int length = varint();
        if (length > end - position || length < -1) {
            sound = false;
        } else if (length > 0) {
            position += length;
        }
        return length;
    }

    private int varint() {
        long value = unsigned(MAX_VARINT_BYTES);
        int raw = (int) value;
        return (raw >>> 1) ^ -(raw & 1);
    }

    private long varlong() {
        long raw = unsigned(MAX_VARLONG_BYTES);
        return (raw >>> 1) ^ -(raw & 1);
    }

    private long unsigned(int maxBytes) {
        long value = 0;
        for (int shift = 0; shift < 7 * maxBytes; shift += 7) {
            if (position >= end) {
                sound = false;
                return 0;
            }
            byte next = buffer.get(position++);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        sound = false;
        return 0;
    }
}
