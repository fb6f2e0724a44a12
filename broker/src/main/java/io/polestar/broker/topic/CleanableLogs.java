package io.polestar.broker.topic;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which log compaction takes next: the one with the largest dirty part of those that are due. Knows where the last run of
 * each came to, and which are taken or were given up. Its monitor guards it.
 */
final class CleanableLogs {
    private static final Logger log = LoggerFactory.getLogger(CleanableLogs.class);

    private final Set<Partition> taken = new HashSet<>();
    private final Map<Partition, Long> firstDirty = new ConcurrentHashMap<>();
    private final Set<Partition> uncleanable = ConcurrentHashMap.newKeySet();
    private volatile double largestDirtyRatio;

    /** The dirtiest of the logs that are due, which is nobody else's until {@link #giveBack}. */
    synchronized Optional<CleanableLog> take(Collection<Partition> all, long nowMs) {
        Set<Partition> here = new HashSet<>(all);
        firstDirty.keySet().retainAll(here);
        uncleanable.retainAll(here);
        List<CleanableLog> dirty = all.stream()
                .filter(Partition::isCompacted)
                .filter(partition -> !taken.contains(partition) && !uncleanable.contains(partition))
                .map(partition -> look(partition, nowMs))
                .flatMap(Optional::stream)
                .toList();
        largestDirtyRatio =
                dirty.stream().mapToDouble(CleanableLog::dirtyRatio).max().orElse(0);
        Optional<CleanableLog> dirtiest =
                dirty.stream().filter(CleanableLog::isDue).max(Comparator.comparingDouble(CleanableLog::dirtyRatio));
        dirtiest.ifPresent(found -> taken.add(found.partition()));
        return dirtiest;
    }

    private Optional<CleanableLog> look(Partition partition, long nowMs) {
        try {
            long last = firstDirty.computeIfAbsent(partition, CleanableLogs::read);
            return Optional.of(CleanableLog.of(partition, last, nowMs));
        } catch (RuntimeException e) {
            if (partition.isCompacted()) {
                giveUp(partition, e);
            }
            return Optional.empty();
        }
    }

    private static long read(Partition partition) {
        try {
            return CleanerCheckpoint.read(partition.stateDirectory());
        } catch (IOException e) {
            log.warn("partition={} event=cleaner_checkpoint_unreadable", partition.topicPartition(), e);
            return CleanerCheckpoint.NONE;
        }
    }

    /** The run is over, and came so far. */
    synchronized void giveBack(Partition partition, long newFirstDirty) {
        taken.remove(partition);
        firstDirty.put(partition, newFirstDirty);
        partition.saveFirstDirty(newFirstDirty);
    }

    /** The run is over, and changed nothing. */
    synchronized void giveBack(Partition partition) {
        taken.remove(partition);
    }

    /** Nothing of the partition's log is touched any more until the broker starts anew. */
    synchronized void giveUp(Partition partition, Throwable cause) {
        taken.remove(partition);
        uncleanable.add(partition);
        log.error(
                "partition={} event=compaction_failed action=not_compacted_until_restart",
                partition.topicPartition(),
                cause);
    }

    /** Of the logs that can be cleaned, as of the last look. */
    double largestDirtyRatio() {
        return largestDirtyRatio;
    }

    int uncleanable() {
        return uncleanable.size();
    }
}
