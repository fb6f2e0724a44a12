package io.polestar.broker.topic;

import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.storage.internals.log.CleanedTransactionMetadata;

/**
 * One run over one log: reads the keys of its dirty part, then rewrites its segments, group by group, from the first on.
 * For one thread.
 */
final class Compaction {

    private static final int MAX_SLICE_BYTES = 1 << 20;

    /**
     * What a run did.
     *
     * @param firstDirty where the next one begins
     * @param readBytes bytes of the batches it looked at
     * @param keptBytes bytes that are left of them
     */
    record Outcome(long firstDirty, long readBytes, long keptBytes) {}

    /**
     * How much memory a run may take.
     *
     * @param keyBytes for the keys of the dirty part
     * @param loadFactor how full their map may be
     * @param ioBytes for a batch that is built anew, at first
     */
    record Memory(long keyBytes, double loadFactor, int ioBytes) {}

    private final CleanableLog cleanable;
    private final Partition partition;
    private final PartitionLog log;
    private final Memory memory;
    private final long nowMs;
    private final Pace pace;
    private final BufferSupplier decompression = BufferSupplier.create();
    private final CleanedTransactionMetadata transactions = new CleanedTransactionMetadata();
    private final CompactedAway removed;
    private long readBytes;
    private long keptBytes;

    Compaction(CleanableLog cleanable, Memory memory, long nowMs, Pace pace) {
        this.cleanable = cleanable;
        this.partition = cleanable.partition();
        this.log = partition.log();
        this.memory = memory;
        this.nowMs = nowMs;
        this.pace = pace;
        this.removed = new CompactedAway(partition.losses().unreadFrom(partition));
    }

    /** Empty if the log was trimmed meanwhile: what was done is done, and the next run does the rest. */
    Optional<Outcome> run() {
        long offsets = cleanable.firstUncleanable() - cleanable.firstDirty();
        DirtyKeys keys = DirtyKeys.forOffsets(offsets, memory.keyBytes(), memory.loadFactor(), decompression);
        int sliceBytes = Math.max(memory.ioBytes(), MAX_SLICE_BYTES);
        CleanedTransactionMetadata dirtyTransactions = new CleanedTransactionMetadata();
        dirtyTransactions.addAbortedTransactions(partition.abortedFrom(cleanable.firstDirty()));
        keys.read(log, cleanable, sliceBytes, dirtyTransactions, pace);
        transactions.addAbortedTransactions(partition.abortedFrom(log.startOffset()));
        ByteBuffer output = ByteBuffer.allocate(memory.ioBytes());
        try {
            for (List<SegmentInfo> group : groups(keys.endOffset())) {
                if (!rewrite(group, keys, output)) {
                    return Optional.empty();
                }
            }
        } finally {
            removed.tell(partition, partition.losses(), nowMs);
        }
        return Optional.of(new Outcome(keys.endOffset(), readBytes, keptBytes));
    }

    /** Neighbours that together are no larger than one segment may be. */
    private List<List<SegmentInfo>> groups(long endOffset) {
        List<List<SegmentInfo>> groups = new ArrayList<>();
        long groupBytes = 0;
        List<SegmentInfo> segments = log.segments();
        for (SegmentInfo segment : segments.subList(0, segments.size() - 1)) {
            if (segment.baseOffset() < endOffset) {
                groupBytes += segment.sizeInBytes();
                if (groups.isEmpty() || groupBytes > partition.config().segmentSize()) {
                    groups.add(new ArrayList<>());
                    groupBytes = segment.sizeInBytes();
                }
                groups.get(groups.size() - 1).add(segment);
            }
        }
        return groups;
    }

    private boolean rewrite(List<SegmentInfo> group, DirtyKeys keys, ByteBuffer output) {
        CompactionFilter filter = new CompactionFilter(
                partition, nowMs, keys, transactions, cleanable.firstUncleanable(), output, decompression, removed);
        long from = group.get(0).baseOffset();
        long to = group.get(group.size() - 1).baseOffset() + 1;
        boolean done = log.rewrite(from, to, batch -> {
            pace.spend(batch.remaining());
            readBytes += batch.remaining();
            return filter.rewrite(batch);
        });
        keptBytes += filter.keptBytes();
        if (done) {
            forget(filter.emptyTransactions());
        }
        return done;
    }

    private void forget(List<Long> emptyTransactions) {
        try {
            partition.forgetAborted(emptyTransactions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
