package io.polestar.broker.hub.view;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.ReferencedRecords;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.TimestampedOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of a view: takes what its sources committed into its log, once, and knows where it is in each. Only the
 * writer's thread takes; the positions are guarded by this object's monitor, which is held for a turn. Reading needs none.
 */
final class ViewPartition implements ViewLog, ReferencedRecords {
    private static final Logger log = LoggerFactory.getLogger(ViewPartition.class);

    /** What is taken of one source before it is another's turn. */
    private static final int TURN_BYTES = 1 << 20;

    private static final int REPLAY_BYTES = 1 << 20;

    private final Partition partition;
    private final Sources sources;
    private final ReferenceMaker references;
    private final ViewReader reader;
    private final PositionsFile file;
    private final Object saving = new Object();

    /** Changed under the monitor alone, and read without it for figures. */
    private final Map<SourceId, Position> positions = new ConcurrentHashMap<>();

    /** Sources whose position is from a file or the log, and was not compared with what the source holds yet. */
    private final Set<SourceId> unchecked = new HashSet<>();

    private long readUpTo;
    private boolean replayed;

    /** Changes with the positions; the one that the file has is guarded by {@link #saving}. */
    private long version = 1;

    private long savedVersion;
    private boolean gone;

    ViewPartition(Partition partition, View view, Sources sources, PositionsFile file) {
        this.partition = partition;
        this.sources = sources;
        this.references = new ReferenceMaker(view.definition().filter());
        this.reader = new ViewReader(partition.references(), sources, view::sourceHeaders);
        this.file = file;
    }

    @Override
    public Partition partition() {
        return partition;
    }

    @Override
    public void eachReferred(OffsetRange offsets, Consumer<Referred> visitor) {
        walk(
                Math.max(offsets.from(), partition.references().startOffset()),
                offsets.to(),
                batch -> Reference.in(batch)
                        .ifPresent(reference -> visitor.accept(Referred.of(reference, batch.baseOffset()))));
    }

    /** @return false if no positions were ever kept: the view is new */
    synchronized boolean load() throws IOException {
        Optional<PositionsFile.Content> content = file.read();
        content.ifPresent(known -> {
            positions.putAll(known.positions());
            unchecked.addAll(known.positions().keySet());
            readUpTo = known.viewEnd();
        });
        return content.isPresent();
    }

    /** A new view passes over what a source holds now, so that this is known after a crash, too, before anybody is told. */
    synchronized void beginBehind(Iterable<Source> sources) throws IOException {
        for (Source source : sources) {
            source.ifOnline()
                    .ifPresent(each ->
                            positions.put(source.id(), new Position(each.lastStableOffset(), each.leaderEpoch())));
        }
        file.write(content(0));
    }

    /**
     * Takes what a source has committed, or a part of it.
     *
     * @return whether there is more
     */
    synchronized boolean take(Source source) {
        if (gone) {
            return false;
        }
        replayOnce();
        Partition from = source.partition();
        Position position = position(source, from);
        long limit = from.lastStableOffset();
        if (position.next() >= limit) {
            return false;
        }
        LogSlice slice = from.read(position.next(), TURN_BYTES, true, IsolationLevel.READ_COMMITTED);
        try {
            new CommittedBatches(from, position.next(), slice)
                    .forEach((batch, shown) -> take(source, batch, shown && batch.lastOffset() >= position.next()));
            if (slice.sizeInBytes() == 0) {
                moveTo(source, new Position(limit, position.epoch())); // compaction left nothing up to there
            }
            return slice.nextOffset() < limit && slice.sizeInBytes() > 0;
        } finally {
            slice.release();
        }
    }

    private void take(Source source, RecordBatch batch, boolean shown) {
        if (shown) {
            references.of(source.id(), batch).ifPresent(partition::appendReference);
        }
        moveTo(source, new Position(batch.lastOffset() + 1, batch.partitionLeaderEpoch()));
    }

    private void moveTo(Source source, Position position) {
        positions.put(source.id(), position);
        version++;
    }

    private Position position(Source source, Partition from) {
        Position known = positions.computeIfAbsent(source.id(), none -> new Position(from.logStartOffset(), -1));
        if (unchecked.remove(source.id())) {
            known = within(from, known);
            positions.put(source.id(), known);
        }
        long start = from.logStartOffset();
        if (known.next() < start) {
            log.warn(
                    "view={} source={} event=removed_before_taken from_offset={} to_offset={}",
                    partition.topicPartition(),
                    source.topicPartition(),
                    known.next(),
                    start);
            known = new Position(start, known.epoch());
        }
        return known;
    }

    /** After a power cut a source may end, or part from what was taken, before where the view had come to. */
    private static Position within(Partition from, Position position) {
        long end = from.logEndOffset();
        long common =
                from.endOfEpoch(position.epoch()).map(OffsetAndEpoch::offset).orElse(end);
        return new Position(Math.min(position.next(), Math.min(common, end)), position.epoch());
    }

    private void replayOnce() {
        if (!replayed) {
            PartitionLog own = partition.references();
            walk(Math.max(readUpTo, own.startOffset()), own.endOffset(), this::replay);
            replayed = true;
        }
    }

    private void walk(long from, long to, Consumer<RecordBatch> visitor) {
        long offset = from;
        while (offset < to) {
            LogSlice slice = partition.references().read(offset, to, REPLAY_BYTES, true);
            try {
                for (ByteBuffer region : slice.regions()) {
                    MemoryRecords.readableRecords(region).batches().forEach(visitor);
                }
                offset = Math.max(slice.nextOffset(), offset + 1);
            } finally {
                slice.release();
            }
        }
    }

    private void replay(RecordBatch batch) {
        Reference.in(batch).ifPresent(reference -> {
            positions.put(reference.source(), new Position(reference.lastOffset() + 1, reference.epoch()));
            unchecked.add(reference.source());
            version++;
        });
    }

    /** Keeps the positions, so that a start after a crash reads little of the log. Waits for the disk. */
    void save() throws IOException {
        synchronized (saving) {
            Optional<PositionsFile.Content> content = unsaved();
            if (content.isPresent()) {
                // What a power cut could take of the log must be taken anew, so the positions may not be ahead of it.
                partition.references().force();
                file.write(content.get());
                savedVersion = content.get().version();
            }
        }
    }

    private synchronized Optional<PositionsFile.Content> unsaved() {
        if (gone || version == savedVersion) {
            return Optional.empty();
        }
        replayOnce();
        positions.keySet().removeIf(source -> sources.get(source) == null); // its topic was deleted
        return Optional.of(content(partition.logEndOffset()));
    }

    private PositionsFile.Content content(long viewEnd) {
        return new PositionsFile.Content(version, viewEnd, Map.copyOf(positions));
    }

    /** Else the last reference to a source would be forgotten with the segment that has it, and all be taken again. */
    @Override
    public void beforeTrim() {
        try {
            save();
        } catch (IOException e) {
            throw new KafkaStorageException("The positions of " + partition.topicPartition() + " cannot be kept", e);
        }
    }

    /** Its topic was deleted. */
    void delete() throws IOException {
        synchronized (saving) {
            synchronized (this) {
                gone = true;
            }
            file.delete();
        }
    }

    @Override
    public LogSlice read(Wanted wanted) {
        return reader.read(wanted);
    }

    @Override
    public Optional<TimestampedOffset> findByTimestamp(long timestampMs) {
        return reader.findByTimestamp(timestampMs);
    }

    @Override
    public Optional<TimestampedOffset> maxTimestamp() {
        return reader.maxTimestamp();
    }

    /** Records that a source has committed and the view has not taken. */
    long lag(Source source) {
        Position position = positions.get(source.id());
        return source.ifOnline()
                .map(from -> from.lastStableOffset() - (position == null ? from.logStartOffset() : position.next()))
                .map(records -> Math.max(0, records))
                .orElse(0L);
    }
}
