package io.polestar.broker.topic;

import java.nio.ByteBuffer;
import java.util.Iterator;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.record.BrokerCompressionType;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogValidator;

/**
 * The one batch of a produce, from the bytes of the request to what the log stores. Its bytes are patched in place
 * (offset, leader epoch, and where the topic asks for it the timestamp); they are copied only where it is compressed anew.
 * Used by one thread.
 */
final class IncomingBatch {
    private static final LogValidator.MetricsRecorder NOT_COUNTED = new UncountedRefusals();

    private static final ThreadLocal<BufferSupplier> DECOMPRESSION_BUFFERS =
            ThreadLocal.withInitial(BufferSupplier::create);

    private final TopicPartition topicPartition;
    private final LogConfig config;
    private final AppendOrigin origin;
    private MemoryRecords records;
    private MutableRecordBatch batch;

    private IncomingBatch(
            TopicPartition topicPartition,
            LogConfig config,
            AppendOrigin origin,
            MemoryRecords records,
            MutableRecordBatch batch) {
        this.topicPartition = topicPartition;
        this.config = config;
        this.origin = origin;
        this.records = records;
        this.batch = batch;
    }

    /**
     * Checks what can be checked without the partition's lock: one batch, its size, its CRC.
     *
     * @throws InvalidRecordException if it is not one batch with base offset 0
     * @throws RecordTooLargeException if it is larger than {@code max.message.bytes}
     * @throws CorruptRecordException if the CRC does not fit
     */
    static IncomingBatch of(
            TopicPartition topicPartition, LogConfig config, AppendOrigin origin, MemoryRecords records) {
        Iterator<MutableRecordBatch> batches = records.batches().iterator();
        if (!batches.hasNext()) {
            throw new InvalidRecordException("Record batch has no batches at all");
        }
        MutableRecordBatch batch = batches.next();
        if (origin == AppendOrigin.CLIENT && batch.baseOffset() != 0) {
            throw new InvalidRecordException("The base offset of the record batch in the append to " + topicPartition
                    + " should be 0, but it is " + batch.baseOffset());
        }
        if (origin == AppendOrigin.CLIENT && batch.sizeInBytes() > config.maxMessageSize()) {
            throw tooLarge(topicPartition, batch.sizeInBytes(), config);
        }
        if (!batch.isValid()) {
            throw new CorruptRecordException(
                    "Record is corrupt (stored crc = " + batch.checksum() + ") in topic partition " + topicPartition);
        }
        if (batches.hasNext()) {
            throw new InvalidRecordException("More than one batch in an append to " + topicPartition);
        }
        return new IncomingBatch(topicPartition, config, origin, trimmed(records, batch), batch);
    }

    private static MemoryRecords trimmed(MemoryRecords records, MutableRecordBatch batch) {
        if (records.sizeInBytes() == batch.sizeInBytes()) {
            return records;
        }
        ByteBuffer whole = records.buffer();
        whole.limit(whole.position() + batch.sizeInBytes());
        return MemoryRecords.readableRecords(whole);
    }

    private static RecordTooLargeException tooLarge(TopicPartition topicPartition, int bytes, LogConfig config) {
        return new RecordTooLargeException("The record batch size in the append to " + topicPartition + " is " + bytes
                + " bytes which exceeds the maximum configured value of " + config.maxMessageSize());
    }

    /**
     * Gives the batch its offsets and its leader epoch after looking at its records, unless it is to be stored as it is.
     *
     * @return the time given to the records, or {@link RecordBatch#NO_TIMESTAMP} where they keep their own
     */
    long stamp(long baseOffset, int leaderEpoch, Time time) {
        long logAppendTimeMs = RecordBatch.NO_TIMESTAMP;
        if (origin == AppendOrigin.REPLICATION || isPlainlyAcceptable(time.milliseconds())) {
            batch.setLastOffset(baseOffset + batch.lastOffset() - batch.baseOffset());
            batch.setPartitionLeaderEpoch(leaderEpoch);
        } else {
            logAppendTimeMs = validate(baseOffset, leaderEpoch, time);
        }
        if (batch.sizeInBytes() > config.segmentSize()) {
            throw new RecordBatchTooLargeException(
                    "Message batch size is " + batch.sizeInBytes() + " bytes in append to "
                            + topicPartition + ", which exceeds the maximum configured segment size of "
                            + config.segmentSize());
        }
        return logAppendTimeMs;
    }

    private boolean isPlainlyAcceptable(long nowMs) {
        if (batch.magic() != RecordBatch.MAGIC_VALUE_V2
                || batch.compressionType() != CompressionType.NONE
                || targetCompression().type() != CompressionType.NONE
                || batch.timestampType() != TimestampType.CREATE_TIME
                || config.messageTimestampType != TimestampType.CREATE_TIME
                || (origin == AppendOrigin.CLIENT && !isPlainClientBatch())) {
            return false;
        }
        return RecordWalk.isSound(
                records.buffer(),
                (DefaultRecordBatch) batch,
                saturatedDifference(nowMs, config.messageTimestampBeforeMaxMs),
                saturatedSum(nowMs, config.messageTimestampAfterMaxMs),
                config.compact);
    }

    private boolean isPlainClientBatch() {
        long span = batch.lastOffset() - batch.baseOffset() + 1;
        return span > 0
                && span == batch.countOrNull()
                && !batch.isControlBatch()
                && (!batch.hasProducerId() || batch.baseSequence() >= 0);
    }

    private static long saturatedDifference(long a, long b) {
        long difference = a - b;
        return difference > a ? Long.MIN_VALUE : difference;
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < a ? Long.MAX_VALUE : sum;
    }

    private long validate(long baseOffset, int leaderEpoch, Time time) {
        LogValidator validator = new LogValidator(
                records,
                topicPartition,
                time,
                batch.compressionType(),
                targetCompression(),
                config.compact,
                RecordBatch.MAGIC_VALUE_V2,
                config.messageTimestampType,
                config.messageTimestampBeforeMaxMs,
                config.messageTimestampAfterMaxMs,
                leaderEpoch,
                origin);
        LogValidator.ValidationResult result;
        try {
            result = validator.validateMessagesAndAssignOffsets(
                    PrimitiveRef.ofLong(baseOffset), NOT_COUNTED, DECOMPRESSION_BUFFERS.get());
        } catch (UnsupportedOperationException e) {
            throw new InvalidRecordException("Batch of " + topicPartition + " cannot be validated: " + e.getMessage());
        }
        takeOver(result);
        return config.messageTimestampType == TimestampType.LOG_APPEND_TIME
                ? result.logAppendTimeMs()
                : RecordBatch.NO_TIMESTAMP;
    }

    private void takeOver(LogValidator.ValidationResult result) {
        records = result.validatedRecords();
        batch = records.batches().iterator().next();
        if (result.messageSizeMaybeChanged()
                && origin == AppendOrigin.CLIENT
                && batch.sizeInBytes() > config.maxMessageSize()) {
            throw tooLarge(topicPartition, batch.sizeInBytes(), config);
        }
    }

    private Compression targetCompression() {
        return BrokerCompressionType.targetCompression(config.compression, batch.compressionType());
    }

    RecordBatch header() {
        return batch;
    }

    /** Exactly the batch, from position to limit. */
    ByteBuffer bytes() {
        return records.buffer();
    }

    /** The refusals are counted where they are answered, by error code. */
    private static final class UncountedRefusals implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
