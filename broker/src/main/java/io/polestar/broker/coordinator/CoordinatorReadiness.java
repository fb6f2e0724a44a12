package io.polestar.broker.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells when the coordinator behind a partition can answer: another broker leads the partition, or this one leads it
 * and has loaded it. Safe for use from any thread; the futures complete on whichever thread brings the news.
 */
public final class CoordinatorReadiness {
    public static final int NO_LEADER = -1;

    /** Below every client's request timeout, above what loading a shard of usual size takes. */
    private static final long MAX_WAIT_MS = 2_000;

    private final int brokerId;
    private final ToIntFunction<TopicPartition> leaderOf;
    private final Set<TopicPartition> active = ConcurrentHashMap.newKeySet();
    private final Map<TopicPartition, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

    /** @param leaderOf the broker id of a partition's leader in the newest metadata image, or {@link #NO_LEADER} */
    public CoordinatorReadiness(int brokerId, ToIntFunction<TopicPartition> leaderOf) {
        this.brokerId = brokerId;
        this.leaderOf = leaderOf;
    }

    /** Completes when the coordinator is ready, or else after {@link #MAX_WAIT_MS}. */
    public CompletableFuture<Void> whenReady(TopicPartition partition) {
        if (isReady(partition)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> shared = waiting.computeIfAbsent(partition, p -> newWait());
        shared.whenComplete((ready, failure) -> waiting.remove(partition, shared));
        // The news may have come between the first look and the entry.
        completeIfReady(partition);
        return shared.copy();
    }

    /** One wait is shared by all who come while it lasts, and ends by itself, so that none pile up. */
    private static CompletableFuture<Void> newWait() {
        return new CompletableFuture<Void>().completeOnTimeout(null, MAX_WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private boolean isReady(TopicPartition partition) {
        int leader = leaderOf.applyAsInt(partition);
        return leader == brokerId ? active.contains(partition) : leader != NO_LEADER;
    }

    public void activated(TopicPartition partition) {
        active.add(partition);
        completeIfReady(partition);
    }

    public void deactivated(TopicPartition partition) {
        active.remove(partition);
    }

    /** A new metadata image is in place. */
    public void metadataChanged() {
        List<TopicPartition> partitions = new ArrayList<>(waiting.keySet());
        partitions.forEach(this::completeIfReady);
    }

    private void completeIfReady(TopicPartition partition) {
        if (isReady(partition)) {
            CompletableFuture<Void> shared = waiting.get(partition);
            if (shared != null) {
                shared.complete(null);
            }
        }
    }
}
