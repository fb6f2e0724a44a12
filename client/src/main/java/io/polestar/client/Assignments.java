package io.polestar.client;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that a consumer has, and how far each is handled: where they begin when they come, and what is committed
 * while they are there and when they go. The polling thread's.
 */
final class Assignments implements ConsumerRebalanceListener {
    private static final Logger log = LoggerFactory.getLogger(Assignments.class);

    private final Consumer<byte[], byte[]> consumer;
    private final Start start;
    private final Duration drainTimeout;
    private final Runnable forgetRevoked;
    private final Optional<TrackedState> tracked;
    private final ConsumerListener listener;
    private final Map<TopicPartition, PartitionProgress> progress = new HashMap<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private boolean changed;

    /**
     * Where to begin without a commit.
     *
     * @param oldTopics that there were when they were subscribed to; those that came later begin at their beginning
     * @param commits false if nothing is asked for or committed
     * @param toItsEnd whether the ends are noted
     */
    record Start(StartPoint point, Set<String> oldTopics, boolean commits, boolean toItsEnd) {}

    Assignments(
            Consumer<byte[], byte[]> consumer,
            Start start,
            Duration drainTimeout,
            Runnable forgetRevoked,
            Optional<TrackedState> tracked,
            ConsumerListener listener) {
        this.consumer = consumer;
        this.start = start;
        this.drainTimeout = drainTimeout;
        this.forgetRevoked = forgetRevoked;
        this.tracked = tracked;
        this.listener = listener;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        changed = true;
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed =
                start.commits() ? consumer.committed(Set.copyOf(partitions)) : Map.of();
        List<TopicPartition> without = partitions.stream()
                .filter(partition -> committed.get(partition) == null)
                .toList();
        committed.forEach((partition, commit) -> {
            if (commit != null) {
                progress.put(partition, new PartitionProgress(commit.offset(), true));
            }
        });
        begin(without.stream().filter(this::isOld).toList(), start.point());
        begin(without.stream().filter(partition -> !isOld(partition)).toList(), StartPoint.BEGINNING);
        if (start.toItsEnd()) {
            ends.putAll(consumer.endOffsets(partitions));
        }
        listener.onAssigned(partitions);
    }

    private boolean isOld(TopicPartition partition) {
        return start.oldTopics().contains(partition.topic());
    }

    private void begin(List<TopicPartition> partitions, StartPoint at) {
        if (partitions.isEmpty()) {
            return;
        }
        at.offsets(consumer, partitions).forEach((partition, offset) -> {
            consumer.seek(partition, offset);
            progress.put(partition, new PartitionProgress(offset, false));
        });
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        List<TopicPartition> gone = drain(partitions);
        if (gone.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = toCommit();
        offsets.keySet().retainAll(gone);
        if (start.commits() && !offsets.isEmpty()) {
            try {
                tracked.ifPresent(TrackedState::save);
                consumer.commitSync(offsets);
            } catch (RuntimeException e) {
                log.warn("event=commit_failed partitions={} consequence=\"they are handled again\"", gone, e);
            }
        }
        forget(gone);
        listener.onRevoked(gone);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        List<TopicPartition> gone = drain(partitions);
        forget(gone);
        if (!gone.isEmpty()) {
            listener.onRevoked(gone);
        }
    }

    private List<TopicPartition> drain(Collection<TopicPartition> partitions) {
        changed = true;
        List<TopicPartition> gone =
                partitions.stream().filter(progress::containsKey).toList();
        long deadlineNs = System.nanoTime() + drainTimeout.toNanos();
        try {
            for (TopicPartition partition : gone) {
                progress.get(partition).revoke(deadlineNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        forgetRevoked.run();
        return gone;
    }

    private void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(progress::remove);
        partitions.forEach(ends::remove);
    }

    /** All go, as the consumer does. */
    void revokeAll() {
        onPartitionsRevoked(List.copyOf(progress.keySet()));
    }

    /** Begins to commit what was handled since the last time. */
    void commit() {
        Map<TopicPartition, OffsetAndMetadata> offsets = toCommit();
        if (!start.commits() || offsets.isEmpty()) {
            return;
        }
        tracked.ifPresent(TrackedState::save);
        consumer.commitAsync(offsets, (committed, failure) -> {
            if (failure != null) {
                log.debug("event=commit_failed consequence=\"tried again\"", failure);
                return;
            }
            committed.forEach((partition, offset) -> {
                PartitionProgress of = progress.get(partition);
                if (of != null) {
                    of.committed(offset.offset());
                }
            });
        });
    }

    private Map<TopicPartition, OffsetAndMetadata> toCommit() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        progress.forEach((partition, handled) ->
                handled.toCommit().ifPresent(offset -> offsets.put(partition, new OffsetAndMetadata(offset))));
        return offsets;
    }

    PartitionProgress of(TopicPartition partition) {
        return progress.get(partition);
    }

    Set<TopicPartition> partitions() {
        return progress.keySet();
    }

    /** Whether the partitions changed since it was last asked. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    /** Whether all that there was when the partitions came is handled. */
    boolean isAtEnd() {
        return !progress.isEmpty()
                && progress.entrySet().stream()
                        .allMatch(entry -> entry.getValue().isIdle()
                                && consumer.position(entry.getKey()) >= ends.getOrDefault(entry.getKey(), 0L));
    }
}
