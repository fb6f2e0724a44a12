package io.polestar.broker.topic;

import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.CorruptIndexException;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.internals.log.VerificationStateEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log alone determines of a partition beside its records: the producers' sequences and transactions, and the leader
 * epochs. Rebuilt from a snapshot and the batches after it. Owned by the partition's lock, but for the reading of epochs and
 * of aborted transactions.
 */
final class PartitionState {
    private static final Logger log = LoggerFactory.getLogger(PartitionState.class);
    private static final int REPLAY_SLICE_BYTES = 8 << 20;

    /**
     * A batch that may be appended.
     *
     * @param producer what the producer's state becomes with it
     * @param completed the transaction that it ends, if it does
     */
    record Checked(ProducerAppendInfo producer, Optional<CompletedTxn> completed) {}

    private final ProducerStateManager producers;
    private final LeaderEpochFileCache epochs;
    private final PartitionContext context;
    private final SequenceRanges sequences;
    private AbortedTransactions aborted;

    /** The epoch of this leadership, written to the file with its first append only. */
    private volatile EpochEntry leading = new EpochEntry(-1, -1);

    private volatile int lastWrittenEpoch = -1;

    private PartitionState(
            ProducerStateManager producers,
            LeaderEpochFileCache epochs,
            SequenceRanges sequences,
            PartitionContext context) {
        this.producers = producers;
        this.epochs = epochs;
        this.sequences = sequences;
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
                    new SequenceRanges(directory),
                    context);
            state.restore(directory, partitionLog);
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
            log.warn(
                    "partition={} event=epoch_file_unreadable action=rebuild_from_log reason=\"{}\"",
                    topicPartition,
                    e.getMessage());
            Files.deleteIfExists(EpochFile.newFile(directory.toFile()).toPath());
            return new LeaderEpochFileCache(topicPartition, new EpochFile(directory), context.scheduler());
        }
    }

    /** Takes from the files what they have of this log. */
    private void restore(Path directory, PartitionLog partitionLog) throws IOException {
        long start = partitionLog.startOffset();
        producers.truncateAndReload(
                start, partitionLog.endOffset(), context.time().milliseconds());
        try {
            aborted = AbortedTransactions.open(directory, start, producers.mapEndOffset());
        } catch (CorruptIndexException e) {
            log.warn("directory={} event=aborted_transactions_unreadable action=rebuild_from_log", directory, e);
            producers.truncateFullyAndStartAt(start);
            aborted = AbortedTransactions.reset(directory);
        }
        sequences.restore(producers.activeProducers());
    }

    private void replay(PartitionLog partitionLog) throws IOException {
        long end = partitionLog.endOffset();
        epochs.truncateFromEndAsyncFlush(end);
        epochs.truncateFromStartAsyncFlush(partitionLog.startOffset());
        long known = Math.max(producers.mapEndOffset(), partitionLog.startOffset());
        if (epochs.latestEpoch().isEmpty()) {
            replay(partitionLog, partitionLog.startOffset(), known, this::replayEpochs); // the file was lost
        }
        replay(partitionLog, known, end, this::replay);
        producers.updateMapEndOffset(end);
        lastWrittenEpoch = epochs.latestEpoch().orElse(-1);
    }

    private static void replay(PartitionLog partitionLog, long from, long to, Consumer<ByteBuffer> each) {
        long offset = from;
        while (offset < to) {
            LogSlice slice = partitionLog.read(offset, to, REPLAY_SLICE_BYTES, true);
            try {
                slice.regions().forEach(each);
                offset = slice.nextOffset();
            } finally {
                slice.release();
            }
        }
    }

    private void replayEpochs(ByteBuffer region) {
        MemoryRecords.readableRecords(region).batches().forEach(this::replayEpoch);
    }

    /** What the file has is a beginning of what the log has: an earlier epoch would look like a conflict. */
    private void replayEpoch(MutableRecordBatch batch) {
        if (batch.partitionLeaderEpoch() > epochs.latestEpoch().orElse(-1)) {
            epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
        }
    }

    private void replay(ByteBuffer region) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(region).batches()) {
            replayEpoch(batch);
            if (batch.hasProducerId()) {
                accept(
                        batch,
                        check(
                                batch,
                                AppendOrigin.REPLICATION,
                                VerificationGuard.SENTINEL,
                                TransactionVersion.TV_UNKNOWN));
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
     * Begins to verify that a producer's transaction includes this partition.
     *
     * @param sequence of the first batch that waits for it
     * @param epochBumps whether each transaction of the producer has an epoch of its own (KIP-890)
     * @return {@link VerificationGuard#SENTINEL} where the transaction is ongoing here already, so that nothing is to be asked
     * @throws InvalidProducerEpochException if a newer epoch of the producer wrote
     */
    VerificationGuard beginVerification(long producerId, int sequence, short epoch, boolean epochBumps) {
        refuseOldEpoch(producerId, epoch);
        return hasOngoingTransaction(producerId, epoch)
                ? VerificationGuard.SENTINEL
                : producers
                        .maybeCreateVerificationStateEntry(producerId, sequence, epoch, epochBumps)
                        .verificationGuard();
    }

    /**
     * Checks a batch of an idempotent producer against the producer's state; its offset is assigned already.
     *
     * @param guard what {@link #beginVerification} gave before the transaction coordinator was asked
     * @throws org.apache.kafka.common.errors.OutOfOrderSequenceException if a sequence is missing before it
     * @throws InvalidProducerEpochException if a newer epoch of the producer wrote
     * @throws InvalidTxnStateException if it belongs to a transaction that the coordinator does not know to be here
     */
    Checked check(RecordBatch batch, AppendOrigin origin, VerificationGuard guard, short transactionVersion) {
        if (batch.isTransactional() && origin != AppendOrigin.REPLICATION) {
            requireTransaction(batch, guard);
        }
        Map<Long, ProducerAppendInfo> updated = new HashMap<>(2);
        Optional<LogOffsetMetadata> first =
                batch.isTransactional() ? Optional.of(new LogOffsetMetadata(batch.baseOffset())) : Optional.empty();
        Optional<CompletedTxn> completed =
                UnifiedLog.updateProducers(producers, batch, updated, first, origin, transactionVersion);
        return new Checked(updated.get(batch.producerId()), completed);
    }

    private void requireTransaction(RecordBatch batch, VerificationGuard guard) {
        if (hasOngoingTransaction(batch.producerId(), batch.producerEpoch())) {
            return;
        }
        refuseOldEpoch(batch.producerId(), batch.producerEpoch());
        if (!batch.isControlBatch()
                && context.producerConfig().transactionVerificationEnabled()
                && !currentGuard(batch.producerId()).verify(guard)) {
            throw new InvalidTxnStateException("Record was not part of an ongoing transaction");
        }
    }

    private boolean hasOngoingTransaction(long producerId, short epoch) {
        ProducerStateEntry entry = producers.activeProducers().get(producerId);
        return entry != null && entry.currentTxnFirstOffset().isPresent() && entry.producerEpoch() == epoch;
    }

    private void refuseOldEpoch(long producerId, short epoch) {
        ProducerStateEntry entry = producers.activeProducers().get(producerId);
        if (entry != null && epoch < entry.producerEpoch()) {
            throw new InvalidProducerEpochException("Epoch " + epoch + " of producer " + producerId
                    + " is older than its last one, " + entry.producerEpoch());
        }
    }

    private VerificationGuard currentGuard(long producerId) {
        VerificationStateEntry entry = producers.verificationStateEntry(producerId);
        return entry == null ? VerificationGuard.SENTINEL : entry.verificationGuard();
    }

    /**
     * Takes over what {@link #check} found, after the batch was stored.
     *
     * @throws KafkaStorageException if an aborted transaction could not be noted
     */
    void accept(RecordBatch batch, Checked checked) {
        producers.update(checked.producer());
        sequences.note(batch);
        checked.completed().ifPresent(this::complete);
        producers.updateMapEndOffset(batch.nextOffset());
    }

    private void complete(CompletedTxn completed) {
        if (completed.isAborted()) {
            try {
                aborted.add(new AbortedTxn(completed, producers.lastStableOffset(completed)));
            } catch (IOException e) {
                throw new KafkaStorageException("Cannot note the aborted transaction " + completed, e);
            }
        }
        producers.completeTxn(completed);
    }

    /** The aborted transactions that a reader of the given range must be told of. Takes no lock. */
    List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) {
        return aborted.overlapping(fromOffset, upToOffset);
    }

    /** The aborted transactions that ended at or after the given offset. Takes no lock. */
    List<AbortedTxn> abortedFrom(long offset) {
        return aborted.endedFrom(offset);
    }

    /** Whether what the producer wrote at the offset belongs to an aborted transaction. */
    boolean isAborted(long producerId, long offset) {
        return aborted.covers(producerId, offset);
    }

    /** Whether an aborted transaction is known that ended with the marker at this offset. Takes no lock. */
    boolean isAbortedAt(long markerOffset) {
        return aborted.endsAt(markerOffset);
    }

    /** Compaction found that no record is left of the aborted transactions that ended with these markers. */
    void forgetAborted(Collection<Long> markerOffsets) throws IOException {
        aborted.forget(markerOffsets);
    }

    /** Transactions whose markers are below this are decided for readers too. */
    void onHighWatermark(long highWatermark) {
        producers.onHighWatermarkUpdated(highWatermark);
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
        aborted.forgetBefore(startOffset);
        epochs.truncateFromStartAsyncFlush(startOffset);
    }

    /** Start of the oldest transaction that is not decided. */
    OptionalLong firstUnstableOffset() {
        Optional<LogOffsetMetadata> first = producers.firstUnstableOffset();
        return first.isPresent() ? OptionalLong.of(first.get().messageOffset) : OptionalLong.empty();
    }

    void removeExpiredProducers(long nowMs) {
        int known = producers.activeProducers().size();
        producers.removeExpiredProducers(nowMs);
        if (producers.activeProducers().size() < known) {
            sequences.retain(producers.activeProducers().keySet());
        }
    }

    /** How far the idempotent producers are, by their ids. */
    List<ProducerProgress> progress() {
        return producers.activeProducers().values().stream()
                .map(entry -> ProducerProgress.of(entry, sequences.of(entry.producerId())))
                .sorted(Comparator.comparingLong(ProducerProgress::producerId))
                .toList();
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

    /** Whether a transaction has been open for longer than any may be. Takes no lock. */
    boolean hasLateTransaction(long nowMs) {
        return producers.hasLateTransaction(nowMs);
    }

    /**
     * Puts on the device what a snapshot relies on: what it covers is not replayed from the log. Takes no lock, and must not
     * be called with one.
     */
    void prepareSave() throws IOException {
        aborted.force();
    }

    /**
     * Saves a snapshot so that the next start replays nothing, if it was prepared.
     *
     * @return the offset of the newest snapshot
     */
    long save() throws IOException {
        if (aborted.isForced()) {
            if (producers.takeSnapshot(false).isPresent()) {
                sequences.write();
            }
            aborted.tidy();
        }
        return producers.latestSnapshotOffset().orElse(0);
    }

    /** Removes the files of snapshots that a later one replaces; needs no lock. */
    void forgetSnapshotsBefore(long offset) throws IOException {
        producers.deleteSnapshotsBefore(offset);
    }

    void close() {
        try {
            aborted.close();
        } catch (IOException e) {
            log.warn("event=aborted_transactions_not_closed", e);
        }
    }
}
