package io.polestar.broker.coordinator;

import io.polestar.broker.topic.Partition;
import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays one partition's log, from its start to its end, into one coordinator. Lives for one load; used by the loader's
 * thread alone.
 *
 * @param <T> the coordinator's record type
 */
final class LogReplay<T> {
    private static final Logger log = LoggerFactory.getLogger(LogReplay.class);

    private final Partition partition;
    private final Deserializer<T> deserializer;
    private final CoordinatorPlayback<T> playback;
    private final int sliceBytes;
    private final BooleanSupplier cancelled;
    private final HighWatermarkSignal highWatermark = new HighWatermarkSignal();
    private long recordCount;
    private long byteCount;
    private long committedOffset;

    LogReplay(
            Partition partition,
            Deserializer<T> deserializer,
            CoordinatorPlayback<T> playback,
            int sliceBytes,
            BooleanSupplier cancelled) {
        this.partition = partition;
        this.deserializer = deserializer;
        this.playback = playback;
        this.sliceBytes = sliceBytes;
        this.cancelled = cancelled;
    }

    long recordCount() {
        return recordCount;
    }

    long byteCount() {
        return byteCount;
    }

    /**
     * @throws NotLeaderOrFollowerException if this broker loses the partition meanwhile
     * @throws KafkaException if it is cancelled, or a record cannot be understood or applied
     */
    void run() {
        partition.addListener(highWatermark);
        try {
            long offset = partition.logStartOffset();
            while (offset < partition.logEndOffset()) {
                requireRunning();
                offset = replayFrom(offset);
                commit(offset);
            }
            // The log may end behind its last batch, where compaction or DeleteRecords removed the tail.
            commit(offset);
        } finally {
            partition.removeListener(highWatermark);
        }
    }

    private void requireRunning() {
        if (cancelled.getAsBoolean()) {
            throw new KafkaException("The coordinator loader is closed");
        }
        if (highWatermark.isClosed()) {
            throw new NotLeaderOrFollowerException("Stopped loading " + partition.topicPartition()
                    + " because this broker no longer leads the partition");
        }
    }

    /** @return where to go on; the same offset if nothing is committed there yet */
    private long replayFrom(long offset) {
        long committedEnd = partition.highWatermark();
        LogSlice slice = partition.read(offset, sliceBytes, true, IsolationLevel.READ_UNCOMMITTED);
        try {
            if (slice.sizeInBytes() > 0) {
                slice.regions().forEach(this::replay);
                byteCount += slice.sizeInBytes();
                return slice.nextOffset();
            }
        } finally {
            slice.release();
        }
        if (committedEnd <= offset) {
            highWatermark.awaitMove();
            return offset;
        }
        return committedEnd;
    }

    private void commit(long offset) {
        if (offset > committedOffset) {
            playback.updateLastWrittenOffset(offset);
            playback.updateLastCommittedOffset(offset);
            committedOffset = offset;
        }
    }

    private void replay(ByteBuffer batches) {
        for (RecordBatch batch :
                MemoryRecords.readableRecords(batches.duplicate()).batches()) {
            for (Record record : batch) {
                recordCount++;
                if (batch.isControlBatch()) {
                    replayMarker(batch, record);
                } else {
                    replayRecord(batch, record);
                }
            }
        }
    }

    private void replayMarker(RecordBatch batch, Record record) {
        ControlRecordType type = ControlRecordType.parse(record.key());
        if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
            playback.replayEndTransactionMarker(
                    batch.producerId(),
                    batch.producerEpoch(),
                    type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
        }
    }

    private void replayRecord(RecordBatch batch, Record record) {
        try {
            T decoded = deserializer.deserialize(record.key(), record.value());
            if (decoded != null) {
                playback.replay(record.offset(), batch.producerId(), batch.producerEpoch(), decoded);
            }
        } catch (Deserializer.UnknownRecordTypeException e) {
            log.warn(
                    "Skipped a record of the unknown type {} at offset {} of {}",
                    e.unknownType(),
                    record.offset(),
                    partition.topicPartition());
        } catch (RuntimeException e) {
            throw new KafkaException(
                    "Replaying the record at offset " + record.offset() + " of " + partition.topicPartition()
                            + " failed",
                    e);
        }
    }
}
