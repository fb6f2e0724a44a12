package io.polestar.broker.topic;

import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log alone determines of a partition beside its records: the producers' sequences and the leader epochs. Rebuilt
 * from a snapshot and the batches after it. Owned by the partition's lock, but for the reading of epochs.
 */
final class PartitionState {
    private static final Logger log = LoggerFactory.getLogger(PartitionState.class);
    private static final int REPLAY_SLICE_BYTES = 8 << 20;

    private final ProducerStateManager producers;
    private final LeaderEpochFileCache epochs;
    private final PartitionContext context;

    /** The epoch of this leadership, written to the file with its first append only. */
    private volatile EpochEntry leading = new EpochEntry(-1, -1);

    private volatile int lastWrittenEpoch = -1;

    private PartitionState(ProducerStateManager producers, LeaderEpochFileCache epochs, PartitionContext context) {
        this.producers = producers;
        this.epochs = epochs;
        this.context = context;
    }

    /** Reads the state's files and replays what the log has beyond them. */
    static PartitionState recover(
            TopicPartition topicPartition, Path directory, PartitionLog partitionLog, PartitionContext context) {
        try {
            PartitionState state = new PartitionState(
                    new ProducerStateManager(
                            topicPartition,
                            directory.toFile(),
                            context.maxTransactionTimeoutMs(),
                            context.producerConfig(),
                            context.time()),
                    openEpochs(topicPartition, directory, context),
                    context);
            state.replay(partitionLog);
            return state;
        } catch (IOException e) {
            throw new KafkaStorageException("Cannot read the state of " + topicPartition + " in " + directory, e);
        }
    }

    private static LeaderEpochFileCache openEpochs(
            TopicPartition topicPartition, Path directory, PartitionContext context) throws IOException {
        try {
            return new LeaderEpochFileCache(topicPartition, new EpochFile(directory), context.scheduler());
        } catch (RuntimeException e) {
            log.warn("partition={} event=epoch_file_unreadable action=rebuild_from_log", topicPartition, e);
            Files.deleteIfExists(EpochFile.newFile(directory.toFile()).toPath());
            return new LeaderEpochFileCache(topicPartition, new EpochFile(directory), context.scheduler());
        }
    }

    private void replay(PartitionLog partitionLog) throws IOException {
        long end = partitionLog.endOffset();
        producers.truncateAndReload(
                partitionLog.startOffset(), end, context.time().milliseconds());
        epochs.truncateFromEndAsyncFlush(end);
        epochs.truncateFromStartAsyncFlush(partitionLog.startOffset());
        long offset = Math.max(producers.mapEndOffset(), partitionLog.startOffset());
        while (offset < end) {
            LogSlice slice = partitionLog.read(offset, end, REPLAY_SLICE_BYTES, true);
            try {
                slice.regions().forEach(this::replay);
                offset = slice.nextOffset();
            } finally {
                slice.release();
            }
        }
        producers.updateMapEndOffset(end);
        lastWrittenEpoch = epochs.latestEpoch().orElse(-1);
    }

    private void replay(ByteBuffer region) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(region).batches()) {
            // What the file has is a beginning of what the log has: an earlier epoch would look like a conflict.
            if (batch.partitionLeaderEpoch() > epochs.latestEpoch().orElse(-1)) {
                epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
            }
            if (batch.hasProducerId()) {
                accept(batch, check(batch, AppendOrigin.REPLICATION, TransactionVersion.TV_UNKNOWN));
            }
        }
    }

    /**
     * The batch, if it was stored before.
     *
     * @return its metadata if it is one of the producer's last five batches
     */
    Optional<BatchMetadata> findDuplicate(RecordBatch batch) {
        ProducerStateEntry entry = producers.lastEntry(batch.producerId()).orElse(null);
        if (entry == null || entry.producerEpoch() != batch.producerEpoch()) {
            return Optional.empty();
        }
        for (BatchMetadata known : entry.batchMetadata()) {
            if (known.firstSeq() == batch.baseSequence() && known.lastSeq() == batch.lastSequence()) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /**
     * Checks a batch of an idempotent producer against the producer's state; its offset is assigned already.
     *
     * @throws org.apache.kafka.common.errors.OutOfOrderSequenceException if a sequence is missing before it
     * @throws InvalidProducerEpochException if a newer epoch of the producer wrote
     */
    ProducerAppendInfo check(RecordBatch batch, AppendOrigin origin, short transactionVersion) {
        if (batch.isTransactional() && origin == AppendOrigin.CLIENT) {
            refuseUnverified(batch);
        }
        Map<Long, ProducerAppendInfo> updated = new HashMap<>(2);
        Optional<LogOffsetMetadata> first =
                batch.isTransactional() ? Optional.of(new LogOffsetMetadata(batch.baseOffset())) : Optional.empty();
        UnifiedLog.updateProducers(producers, batch, updated, first, origin, transactionVersion)
                .ifPresent(producers::completeTxn);
        return updated.get(batch.producerId());
    }

    private void refuseUnverified(RecordBatch batch) {
        ProducerStateEntry entry = producers.lastEntry(batch.producerId()).orElse(null);
        if (entry != null && batch.producerEpoch() < entry.producerEpoch()) {
            throw new InvalidProducerEpochException("Epoch " + batch.producerEpoch() + " of producer "
                    + batch.producerId() + " is older than its last one, " + entry.producerEpoch());
        }
        throw new InvalidTxnStateException("Record was not part of an ongoing transaction");
    }

    /** Takes over what {@link #check} found, after the batch was stored. */
    void accept(RecordBatch batch, ProducerAppendInfo checked) {
        producers.update(checked);
        producers.updateMapEndOffset(batch.nextOffset());
    }

    void onAppended(int leaderEpoch, long baseOffset, long nextOffset) {
        if (lastWrittenEpoch != leaderEpoch) {
            epochs.assign(leaderEpoch, baseOffset);
            lastWrittenEpoch = leaderEpoch;
        }
        producers.updateMapEndOffset(nextOffset);
    }

    void onLeading(int epoch, long endOffset) {
        leading = new EpochEntry(epoch, endOffset);
    }

    void onTrimmed(long startOffset) {
        producers.onLogStartOffsetIncremented(startOffset);
        epochs.truncateFromStartAsyncFlush(startOffset);
    }

    /** Start of the oldest transaction that is not decided. */
    OptionalLong firstUnstableOffset() {
        Optional<LogOffsetMetadata> first = producers.firstUnstableOffset();
        return first.isPresent() ? OptionalLong.of(first.get().messageOffset) : OptionalLong.empty();
    }

    void removeExpiredProducers(long nowMs) {
        producers.removeExpiredProducers(nowMs);
    }

    Map<Long, ProducerStateEntry> activeProducers() {
        return Map.copyOf(producers.activeProducers());
    }

    /** The epoch that holds the first offset, or will hold it; empty if it is not known. */
    OptionalInt earliestEpoch(long startOffset) {
        EpochEntry earliest = epochs.earliestEntry().orElse(leading);
        return earliest.epoch() >= 0 && earliest.startOffset() <= startOffset
                ? OptionalInt.of(earliest.epoch())
                : OptionalInt.empty();
    }

    /** Where an epoch ends: the largest known epoch up to the one asked for, and its end offset; empty if undefined. */
    Optional<OffsetAndEpoch> endOf(int epoch, long endOffset) {
        if (epoch == RecordBatch.NO_PARTITION_LEADER_EPOCH) {
            return Optional.empty();
        }
        EpochEntry current = leading;
        if (epoch >= 0 && epoch == current.epoch()) {
            return Optional.of(new OffsetAndEpoch(endOffset, epoch));
        }
        int lastWritten = lastWrittenEpoch;
        if (lastWritten < current.epoch() && (lastWritten < 0 || epoch >= lastWritten) && epoch < current.epoch()) {
            return lastWritten < 0
                    ? Optional.of(new OffsetAndEpoch(current.startOffset(), epoch))
                    : Optional.of(new OffsetAndEpoch(current.startOffset(), lastWritten));
        }
        Map.Entry<Integer, Long> found = epochs.endOffsetFor(epoch, endOffset);
        return found.getValue() < 0
                ? Optional.empty()
                : Optional.of(new OffsetAndEpoch(found.getValue(), found.getKey()));
    }

    /** Saves a snapshot so that the next start replays nothing. */
    void save() throws IOException {
        producers.takeSnapshot(false);
    }

    /** Removes the files of snapshots that a later one replaces; needs no lock. */
    void forgetSnapshotsBefore(long offset) throws IOException {
        producers.deleteSnapshotsBefore(offset);
    }
}
