package io.polestar.broker.topic;

import static io.polestar.broker.topic.LossListener.Cause.RETENTION_SIZE;
import static io.polestar.broker.topic.LossListener.Cause.RETENTION_TIME;
import static io.polestar.broker.topic.LossListener.Cause.TOPIC_DELETED;

import io.polestar.broker.ViewConfigs;
import io.polestar.storage.ForceListener;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import io.polestar.storage.TimestampedOffset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.LastRecord;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of this broker: decides what may be appended and what may be read. Safe for use from any thread: writing
 * holds the partition's one lock for the append alone, reading takes no lock.
 */
public final class Partition {
    private static final Logger log = LoggerFactory.getLogger(Partition.class);

    /** Told when the high watermark moved; called outside the partition's lock on the appending thread. */
    public interface HighWatermarkListener {
        void onHighWatermark(TopicPartition topicPartition, long highWatermark);

        /** This broker no longer leads the partition, or it is gone: the last call. */
        void onClosed(TopicPartition topicPartition);
    }

    /**
     * What an append did.
     *
     * @param firstOffset offset of the first record; for a duplicate that of the batch stored before
     * @param nextOffset the offset after the batch; for a duplicate that after the batch stored before
     * @param logAppendTimeMs the time given to the records, or -1 where they keep their own
     * @param logStartOffset the log's start
     */
    public record Appended(long firstOffset, long nextOffset, long logAppendTimeMs, long logStartOffset) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final HighWatermarkListeners listeners;
    private final TopicPartition topicPartition;
    private final Uuid topicId;
    private final PartitionLog partitionLog;
    private final Path stateDirectory;
    private final PartitionState state;
    private final PartitionContext context;
    private final Watermarks watermarks;

    private volatile LogConfig config;
    private volatile Leadership leadership = Leadership.NONE;
    private volatile Durability durability;
    private volatile long forceIntervalMs;
    private volatile KafkaStorageException failure;

    /** Whether this is of a view: what it shows is found by {@link #referenced}, and nobody produces to it. */
    private final boolean view;

    private volatile ReferencedRecords referenced;
    private final Object trimming = new Object();
    private final ReadTrails readTrails = new ReadTrails();

    /** Base offset of the segment whose timestamps were last said to be of the future; the scheduler's. */
    private long heldByFuture = -1;

    Partition(
            TopicPartition topicPartition,
            Uuid topicId,
            PartitionLog partitionLog,
            Path stateDirectory,
            LogConfig config,
            PartitionContext context) {
        this.topicPartition = topicPartition;
        this.listeners = new HighWatermarkListeners(topicPartition);
        this.topicId = topicId;
        this.partitionLog = partitionLog;
        this.config = config;
        this.context = context;
        this.view = ViewConfigs.isView(config.originals());
        this.durability = Durability.of(config);
        this.forceIntervalMs = Durability.intervalMs(config);
        this.watermarks = new Watermarks(partitionLog, !view);
        this.stateDirectory = stateDirectory;
        this.state = PartitionState.recover(topicPartition, stateDirectory, partitionLog, context);
        partitionLog.setForceListener(new Forces());
        if (durability == Durability.SYNC && partitionLog.durableOffset() < partitionLog.endOffset()) {
            partitionLog.force(); // what a crash left in the page cache was perhaps acknowledged
        }
        advance();
    }

    /** Commits what is on the device now. Called on the thread that forced the log. */
    private final class Forces implements ForceListener {
        @Override
        public void onDurable(long durableOffset) {
            commit();
        }

        @Override
        public void onForceFailed(KafkaStorageException e) {
            goOffline(e);
        }
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public Uuid topicId() {
        return topicId;
    }

    public int leaderEpoch() {
        return leadership.epoch();
    }

    public LogConfig config() {
        return config;
    }

    public long logStartOffset() {
        return partitionLog.startOffset();
    }

    public long logEndOffset() {
        return partitionLog.endOffset();
    }

    public long highWatermark() {
        return watermarks.high();
    }

    /** Offset below which every transaction is decided; the high watermark without transactions. */
    public long lastStableOffset() {
        return watermarks.stable();
    }

    /** The offset below which everything is on the device, or was removed. */
    public long durableOffset() {
        return partitionLog.durableOffset();
    }

    public Durability durability() {
        return durability;
    }

    /** Whether the log failed, so that all is refused until the broker starts anew. */
    public boolean isOffline() {
        return failure != null;
    }

    /** Bytes of the stored batches. */
    public long sizeInBytes() {
        return partitionLog.sizeInBytes();
    }

    /** Bytes of disk that the segments take, with what is reserved for the next appends. */
    public long allocatedBytes() {
        return partitionLog.segments().stream()
                .mapToLong(SegmentInfo::allocatedBytes)
                .sum();
    }

    public List<SegmentInfo> segments() {
        return partitionLog.segments();
    }

    /**
     * Refuses unless this broker leads the partition, in the epoch the client believes in where it names one.
     *
     * @param clientEpoch the leader epoch the client knows; empty if it names none
     * @throws FencedLeaderEpochException if the client's epoch is older
     * @throws UnknownLeaderEpochException if it is newer
     * @throws NotLeaderOrFollowerException if another broker leads
     * @throws KafkaStorageException if the log failed
     */
    public void requireLeader(OptionalInt clientEpoch) {
        leadership.require(clientEpoch, topicPartition);
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Begins to verify that a producer's transaction includes this partition; the coordinator is to be asked next.
     *
     * @param sequence of the first batch that waits for it
     * @param epochBumps whether each transaction of the producer has an epoch of its own (KIP-890)
     * @return what the append needs then; {@link VerificationGuard#SENTINEL} where the transaction is ongoing here already,
     *     so that nothing is to be asked
     * @throws InvalidProducerEpochException if a newer epoch of the producer wrote
     */
    public VerificationGuard beginVerification(long producerId, int sequence, short epoch, boolean epochBumps) {
        lock.lock();
        try {
            requireLeader(OptionalInt.empty());
            return state.beginVerification(producerId, sequence, epoch, epochBumps);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the log only refers to records of other topics. */
    public boolean isView() {
        return view;
    }

    /** From now on a view's records are found so; until then it is answered as if it had no leader yet. */
    public void serve(ReferencedRecords records) {
        referenced = records;
    }

    private ReferencedRecords referenced() {
        ReferencedRecords records = referenced;
        if (records == null) {
            throw new NotLeaderOrFollowerException("The view " + topicPartition + " is not served yet");
        }
        return records;
    }

    /** @throws PolicyViolationException if this is of a view */
    public void requireProducible() {
        if (view) {
            throw new PolicyViolationException(
                    topicPartition.topic() + " is a view and read-only: produce to the topics that it shows");
        }
    }

    /** As {@link #appendFromClient(MemoryRecords, short, VerificationGuard)}, for a batch that is in no transaction. */
    public Appended appendFromClient(MemoryRecords records, short acks) {
        return appendFromClient(records, acks, VerificationGuard.SENTINEL);
    }

    /**
     * Appends what a client produced: exactly one batch, patched in place.
     *
     * @param acks as in the request: -1 asks for the in-sync replicas
     * @param guard from {@link #beginVerification}, where the batch is the first of its transaction here
     */
    public Appended appendFromClient(MemoryRecords records, short acks, VerificationGuard guard) {
        requireProducible();
        if (acks == -1) {
            leadership.requireEnoughReplicas(config.minInSyncReplicas, topicPartition);
        }
        return append(
                records, new Writer(AppendOrigin.CLIENT, guard, TransactionVersion.TV_UNKNOWN, OptionalInt.empty()));
    }

    /**
     * Appends what a coordinator of this broker writes.
     *
     * @param records exactly one batch of magic 2
     * @param guard from {@link #beginVerification}, where the batch is the first of its transaction here
     * @param transactionVersion the {@code transaction.version} under which an end-of-transaction marker is written
     */
    public Appended appendFromCoordinator(MemoryRecords records, VerificationGuard guard, short transactionVersion) {
        return append(records, new Writer(AppendOrigin.COORDINATOR, guard, transactionVersion, OptionalInt.empty()));
    }

    /**
     * Appends what a coordinator decided that began with the given leader epoch.
     *
     * @throws FencedLeaderEpochException if the partition has a newer leader epoch: the coordinator's state is stale
     */
    public Appended appendFromCoordinator(MemoryRecords records, int leaderEpoch) {
        return append(
                records,
                new Writer(
                        AppendOrigin.COORDINATOR,
                        VerificationGuard.SENTINEL,
                        TransactionVersion.TV_UNKNOWN,
                        OptionalInt.of(leaderEpoch)));
    }

    /**
     * Appends a batch that refers to records of other topics; stored as it is, but for offsets and leader epoch.
     *
     * @param records exactly one batch of magic 2, which may take more offsets than it has records
     */
    public Appended appendReference(MemoryRecords records) {
        return append(
                records,
                new Writer(
                        AppendOrigin.REPLICATION,
                        VerificationGuard.SENTINEL,
                        TransactionVersion.TV_UNKNOWN,
                        OptionalInt.empty()));
    }

    /** Who appends, and what it brings beside the records. */
    private record Writer(
            AppendOrigin origin, VerificationGuard guard, short transactionVersion, OptionalInt leaderEpoch) {}

    private Appended append(MemoryRecords records, Writer writer) {
        context.space().require(writer.origin(), records.sizeInBytes());
        IncomingBatch batch = IncomingBatch.of(topicPartition, config, writer.origin(), records);
        long before = watermarks.high();
        Appended appended;
        lock.lock();
        try {
            requireLeader(writer.leaderEpoch());
            appended = appendLocked(batch, writer);
        } finally {
            lock.unlock();
            if (failure != null) {
                listeners.retire();
            }
        }
        tellOfMove(before);
        requestForce();
        return appended;
    }

    private void requestForce() {
        switch (durability) {
            case OS -> {}
            case SYNC -> partitionLog.requestForce(0);
            case INTERVAL -> partitionLog.requestForce(forceIntervalMs);
        }
    }

    private void tellOfMove(long before) {
        long now = watermarks.high();
        if (now > before) {
            listeners.tell(now);
        }
    }

    private Appended appendLocked(IncomingBatch batch, Writer writer) {
        long baseOffset = partitionLog.endOffset();
        int epoch = leadership.epoch();
        long logAppendTimeMs = batch.stamp(baseOffset, epoch, context.time());
        RecordBatch header = batch.header();
        PartitionState.Checked checked = null;
        if (header.hasProducerId()) {
            Optional<BatchMetadata> duplicate =
                    writer.origin() == AppendOrigin.CLIENT ? state.findDuplicate(header) : Optional.empty();
            if (duplicate.isPresent()) {
                return asAppended(duplicate.get());
            }
            checked = state.check(header, writer.origin(), writer.guard(), writer.transactionVersion());
        }
        store(batch, checked);
        long nextOffset = partitionLog.endOffset();
        state.onAppended(epoch, baseOffset, nextOffset);
        advance();
        return new Appended(baseOffset, nextOffset, logAppendTimeMs, partitionLog.startOffset());
    }

    private Appended asAppended(BatchMetadata duplicate) {
        long timestampMs = duplicate.timestamp();
        return new Appended(
                duplicate.firstOffset(), duplicate.lastOffset() + 1, timestampMs, partitionLog.startOffset());
    }

    private void store(IncomingBatch batch, PartitionState.Checked checked) {
        try {
            partitionLog.append(batch.bytes());
            if (checked != null) {
                state.accept(batch.header(), checked);
            }
        } catch (KafkaStorageException e) {
            failure = e;
            log.error("partition={} event=append_failed action=partition_offline", topicPartition, e);
            throw e;
        }
    }

    private void advance() {
        long high = watermarks.committed(durability);
        state.onHighWatermark(high);
        watermarks.moveTo(high, state.firstUnstableOffset());
    }

    private void commit() {
        long before = watermarks.high();
        lock.lock();
        try {
            advance();
        } finally {
            lock.unlock();
        }
        tellOfMove(before);
    }

    private void goOffline(KafkaStorageException e) {
        log.error("partition={} event=force_failed action=partition_offline", topicPartition, e);
        failure = e;
        listeners.retire();
    }

    /**
     * Reads committed batches, at most up to the high watermark or the last stable offset.
     *
     * @return a slice the caller must release; empty at the limit
     * @throws OffsetOutOfRangeException if the offset is outside the log
     */
    public LogSlice read(long offset, int maxBytes, boolean atLeastOneBatch, IsolationLevel isolation) {
        return read(offset, maxBytes, atLeastOneBatch, isolation, true);
    }

    /** As {@link #read(long, int, boolean, IsolationLevel)}, but a region may begin and end inside a batch. */
    public LogSlice readToSend(long offset, int maxBytes, boolean atLeastOneBatch, IsolationLevel isolation) {
        return read(offset, maxBytes, atLeastOneBatch, isolation, false);
    }

    private LogSlice read(
            long offset, int maxBytes, boolean atLeastOneBatch, IsolationLevel isolation, boolean wholeBatches) {
        long limitOffset = watermarks.limit(isolation);
        return view
                ? referenced()
                        .read(new ReferencedRecords.Wanted(
                                offset, limitOffset, maxBytes, atLeastOneBatch, wholeBatches))
                : partitionLog.read(offset, limitOffset, maxBytes, atLeastOneBatch);
    }

    /** For {@link ReferencedRecords}: the references themselves, as they are stored. */
    public PartitionLog references() {
        if (!view) {
            throw new IllegalStateException(topicPartition + " has records of its own");
        }
        return partitionLog;
    }

    /** Who was handed which records. */
    public ReadTrails readTrails() {
        return readTrails;
    }

    /** A client was refused the offset: if it was removed, the client has missed it. */
    public void noteOutOfRange(long offset, String clientId) {
        long start = partitionLog.startOffset();
        if (offset >= 0 && offset < start) {
            context.losses()
                    .onLateRead(new LossListener.LateRead(
                            topicPartition,
                            topicId,
                            offset,
                            start,
                            clientId,
                            context.time().milliseconds()));
        }
    }

    /** The aborted transactions that a reader of the given range must be told of. */
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) {
        return state.abortedTransactions(fromOffset, upToOffset);
    }

    /** Whether what the producer wrote at the offset belongs to an aborted transaction. */
    public boolean isAborted(long producerId, long offset) {
        return state.isAborted(producerId, offset);
    }

    /** For compaction: the aborted transactions that ended at or after the given offset. */
    List<AbortedTxn> abortedFrom(long offset) {
        return state.abortedFrom(offset);
    }

    /** For compaction: whether a reader is still told of the aborted transaction that ended with this marker. */
    boolean isAbortedAt(long markerOffset) {
        return state.isAbortedAt(markerOffset);
    }

    /** For compaction: no record is left of the aborted transactions that ended with these markers. */
    void forgetAborted(Collection<Long> markerOffsets) throws IOException {
        lock.lock();
        try {
            if (leadership.leading()) {
                state.forgetAborted(markerOffsets);
            }
        } finally {
            lock.unlock();
        }
        state.prepareSave();
    }

    /** Whether a transaction has been open here for longer than any may be. */
    public boolean hasLateTransaction(long nowMs) {
        return state.hasLateTransaction(nowMs);
    }

    public Optional<TimestampedOffset> findByTimestamp(long timestampMs) {
        return view ? referenced().findByTimestamp(timestampMs) : partitionLog.findByTimestamp(timestampMs);
    }

    public Optional<TimestampedOffset> maxTimestamp() {
        return view ? referenced().maxTimestamp() : partitionLog.maxTimestamp();
    }

    /** Where the given leader epoch ended, as OffsetForLeaderEpoch answers it; empty if it is not known. */
    public Optional<OffsetAndEpoch> endOfEpoch(int epoch) {
        return state.endOf(epoch, partitionLog.endOffset());
    }

    /** The leader epoch of the first offset, if known. */
    public OptionalInt earliestEpoch() {
        return state.earliestEpoch(partitionLog.startOffset());
    }

    /** The producers known by id. */
    public Map<Long, ProducerStateEntry> activeProducers() {
        lock.lock();
        try {
            return state.activeProducers();
        } finally {
            lock.unlock();
        }
    }

    /** How far the idempotent producers are, by their ids. */
    public List<ProducerProgress> producers() {
        lock.lock();
        try {
            return state.progress();
        } finally {
            lock.unlock();
        }
    }

    public void addListener(HighWatermarkListener listener) {
        listeners.add(listener);
    }

    public void removeListener(HighWatermarkListener listener) {
        listeners.remove(listener);
    }

    /**
     * Moves the start of the log forward, as DeleteRecords does; -1 stands for the high watermark.
     *
     * @return the log's start afterwards
     * @throws PolicyViolationException if the topic is only compacted
     * @throws OffsetOutOfRangeException if the offset is negative or above the high watermark
     */
    public long deleteRecordsBefore(long offset) {
        if (config.compact && !config.delete) {
            throw new PolicyViolationException(
                    "Records of partition " + topicPartition + " can not be deleted due to the configured policy");
        }
        long highWatermark = watermarks.high();
        long converted = offset == DeleteRecordsRequest.HIGH_WATERMARK ? highWatermark : offset;
        if (converted < 0 || converted > highWatermark) {
            throw new OffsetOutOfRangeException("The offset " + converted + " for partition " + topicPartition
                    + " is not between 0 and the high watermark " + highWatermark);
        }
        return trimTo(converted, LossListener.Cause.DELETE_RECORDS);
    }

    /** Waits for the device, and lets appends go on meanwhile; one at a time. */
    private long trimTo(long offset, LossListener.Cause cause) {
        synchronized (trimming) {
            requireLeader(OptionalInt.empty());
            long before = partitionLog.startOffset();
            if (offset > before) {
                if (view) {
                    referenced().beforeTrim();
                } else {
                    context.losses().onRemoving(this, offset);
                }
                partitionLog.trimTo(offset);
                onTrimmed(offset);
                tellOfRemoval(before, offset, cause);
            }
            return partitionLog.startOffset();
        }
    }

    private void onTrimmed(long offset) {
        lock.lock();
        try {
            if (leadership.leading()) {
                state.onTrimmed(offset);
                advance();
            }
        } finally {
            lock.unlock();
        }
    }

    private void tellOfRemoval(long from, long to, LossListener.Cause cause) {
        if (to > from) {
            context.losses()
                    .onRemoved(new LossListener.Removal(
                            topicPartition,
                            topicId,
                            from,
                            to,
                            cause,
                            context.time().milliseconds()));
        }
    }

    /** Removes what the topic's retention no longer keeps; see {@link Retention}. */
    void applyRetention(long nowMs) {
        if (!leadership.leading() || failure != null) {
            return;
        }
        trimTo(Retention.startBySize(config, partitionLog.segments(), watermarks.high()), RETENTION_SIZE);
        List<SegmentInfo> rest = partitionLog.segments();
        trimTo(Retention.startByTime(config, rest, watermarks.high(), nowMs), RETENTION_TIME);
        noteFuture(rest, nowMs);
    }

    /** Once for each segment. */
    private void noteFuture(List<SegmentInfo> segments, long nowMs) {
        long base = segments.get(0).baseOffset();
        if (base != heldByFuture && Retention.waitsForTheFuture(config, segments, nowMs)) {
            heldByFuture = base;
            log.warn(
                    "partition={} event=retention_waits base_offset={} max_timestamp_ms={} reason=\"timestamps of the future\"",
                    topicPartition,
                    base,
                    segments.get(0).maxTimestampMs());
        }
    }

    /** Forgets the producers that were idle for {@code producer.id.expiration.ms}. */
    void forgetIdleProducers(long nowMs) {
        lock.lock();
        try {
            state.removeExpiredProducers(nowMs);
        } finally {
            lock.unlock();
        }
    }

    /** Saves the producers' state, so that a start after a crash replays little. */
    void saveProducers() {
        try {
            state.prepareSave();
            long savedUpTo = saveProducersLocked();
            if (leadership.leading()) {
                state.forgetSnapshotsBefore(savedUpTo);
            }
        } catch (IOException e) {
            log.warn("partition={} event=producer_snapshot_failed", topicPartition, e);
        }
    }

    private long saveProducersLocked() throws IOException {
        lock.lock();
        try {
            if (!leadership.leading()) {
                return 0; // closed perhaps, and its folder another topic's by now
            }
            return state.save();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this broker compacts the log now. */
    boolean isCompacted() {
        return config.compact && !view && leadership.leading() && failure == null;
    }

    /** For compaction: who is told of what readers may miss. */
    LossListener losses() {
        return context.losses();
    }

    /** For compaction, which rewrites segments beside appends and reads. */
    PartitionLog log() {
        return partitionLog;
    }

    Path stateDirectory() {
        return stateDirectory;
    }

    /** The last record of every active producer, whose batch compaction leaves in its place. */
    Map<Long, LastRecord> lastRecordsOfProducers() {
        Map<Long, LastRecord> last = new HashMap<>();
        activeProducers().forEach((producerId, entry) -> {
            long offset = entry.lastDataOffset();
            OptionalLong lastDataOffset = offset >= 0 ? OptionalLong.of(offset) : OptionalLong.empty();
            last.put(producerId, new LastRecord(lastDataOffset, entry.producerEpoch()));
        });
        return last;
    }

    /** Keeps where compaction came to, unless the folder is perhaps another topic's by now. */
    void saveFirstDirty(long offset) {
        lock.lock();
        try {
            if (leadership.leading()) {
                CleanerCheckpoint.write(stateDirectory, offset);
            }
        } catch (IOException e) {
            log.warn("partition={} event=cleaner_checkpoint_failed", topicPartition, e);
        } finally {
            lock.unlock();
        }
    }

    void configure(LogConfig changed) {
        lock.lock();
        try {
            config = changed;
            durability = Durability.of(changed);
            forceIntervalMs = Durability.intervalMs(changed);
            partitionLog.configure(TopicConfigs.settings(changed));
        } finally {
            lock.unlock();
        }
        commit();
        requestForce();
    }

    /** Takes over what the metadata says of the partition's leader. */
    void follow(PartitionRegistration registration) {
        Leadership next = Leadership.of(registration, context.nodeId());
        boolean resigned;
        lock.lock();
        try {
            Leadership before = leadership;
            if (next.leading() && next.epoch() != before.epoch()) {
                state.onLeading(next.epoch(), partitionLog.endOffset());
            }
            leadership = next;
            resigned = before.leading() && !next.leading();
        } finally {
            lock.unlock();
        }
        if (resigned) {
            listeners.retire();
        }
    }

    /**
     * Stops serving; the log stays open. Whoever holds the lock afterwards changes nothing any more: the files can be
     * closed, and forced, without it.
     */
    void resign() {
        lock.lock();
        try {
            leadership = Leadership.NONE;
        } finally {
            lock.unlock();
        }
        listeners.retire();
    }

    /** Stops serving, saves the state and closes the log. */
    void close() {
        close(true);
    }

    /** Stops serving and closes the log, which is about to be deleted. */
    void abandon() {
        close(false);
    }

    private void close(boolean save) {
        resign();
        try {
            if (save) {
                saveState();
                partitionLog.close();
            } else {
                long start = partitionLog.startOffset();
                context.losses().onRemoving(this, partitionLog.endOffset());
                partitionLog.abandon();
                tellOfRemoval(start, partitionLog.endOffset(), TOPIC_DELETED);
            }
        } finally {
            state.close();
            listeners.retire();
        }
    }

    private void saveState() {
        try {
            if (failure == null) {
                state.prepareSave();
                state.save();
            }
        } catch (IOException | RuntimeException e) {
            log.warn("partition={} event=producer_snapshot_failed", topicPartition, e);
        }
    }
}
