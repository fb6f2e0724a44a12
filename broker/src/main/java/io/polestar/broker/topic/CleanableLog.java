package io.polestar.broker.topic;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import java.util.List;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What compaction would find in a log, as of the moment it was looked at: the clean part, the dirty part behind it, and
 * behind that what may not be touched yet. Immutable.
 *
 * @param partition whose log it is
 * @param firstDirty the first offset whose key may be there a second time
 * @param firstUncleanable where the first segment begins that may not be touched: the active one, one that holds what is
 *     not committed or not decided, or one younger than {@code min.compaction.lag.ms}
 * @param cleanBytes bytes before the dirty part
 * @param dirtyBytes bytes of the dirty part
 * @param overdue whether a record of it waits longer than {@code max.compaction.lag.ms}
 */
record CleanableLog(
        Partition partition,
        long firstDirty,
        long firstUncleanable,
        long cleanBytes,
        long dirtyBytes,
        boolean overdue) {

    /** @param lastFirstDirty where the last run came to; negative if there was none */
    static CleanableLog of(Partition partition, long lastFirstDirty, long nowMs) {
        List<SegmentInfo> segments = partition.segments();
        List<SegmentInfo> ended = segments.subList(0, segments.size() - 1);
        long start = partition.logStartOffset();
        boolean known = lastFirstDirty >= start && lastFirstDirty <= partition.logEndOffset();
        long firstDirty = known ? lastFirstDirty : start;
        long activeBase = segments.get(ended.size()).baseOffset();
        long firstUncleanable = Math.max(firstDirty, firstUncleanable(partition, ended, firstDirty, activeBase, nowMs));
        List<SegmentInfo> dirty = ended.stream()
                .filter(segment -> segment.nextOffset() > firstDirty && segment.baseOffset() < firstUncleanable)
                .toList();
        long cleanBytes = ended.stream()
                .filter(segment -> segment.baseOffset() < firstDirty)
                .mapToLong(SegmentInfo::sizeInBytes)
                .sum();
        return new CleanableLog(
                partition,
                firstDirty,
                firstUncleanable,
                cleanBytes,
                dirty.stream().mapToLong(SegmentInfo::sizeInBytes).sum(),
                isOverdue(partition, dirty, nowMs));
    }

    private static long firstUncleanable(
            Partition partition, List<SegmentInfo> ended, long firstDirty, long activeBase, long nowMs) {
        long stable = partition.lastStableOffset();
        long lagMs = Math.max(0, partition.config().compactionLagMs);
        return ended.stream()
                .filter(segment -> segment.nextOffset() > stable
                        || lagMs > 0 && segment.nextOffset() > firstDirty && segment.maxTimestampMs() > nowMs - lagMs)
                .findFirst()
                .map(SegmentInfo::baseOffset)
                .orElse(activeBase);
    }

    private static boolean isOverdue(Partition partition, List<SegmentInfo> dirty, long nowMs) {
        LogConfig config = partition.config();
        long dueMs = nowMs - Math.max(0, config.maxCompactionLagMs);
        return dueMs > 0
                && dirty.stream()
                        .mapToLong(segment -> firstTimestampMs(partition.log(), segment))
                        .anyMatch(timestampMs -> timestampMs > 0 && timestampMs < dueMs);
    }

    /** The largest timestamp of a segment's first batch. */
    private static long firstTimestampMs(PartitionLog log, SegmentInfo segment) {
        long offset = Math.max(segment.baseOffset(), log.startOffset());
        LogSlice slice = log.read(offset, Long.MAX_VALUE, 1, true);
        try {
            return slice.sizeInBytes() == 0
                    ? -1
                    : BatchHeader.maxTimestampMs(
                            slice.regions().get(0), slice.regions().get(0).position());
        } finally {
            slice.release();
        }
    }

    /** How much of what could be cleaned is dirty, from 0 to 1. */
    double dirtyRatio() {
        long total = cleanBytes + dirtyBytes;
        return total == 0 ? 0 : (double) dirtyBytes / total;
    }

    boolean isDue() {
        return dirtyBytes > 0 && (overdue || dirtyRatio() > partition.config().minCleanableRatio);
    }
}
