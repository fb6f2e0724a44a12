package io.polestar.client;

import io.polestar.client.config.QueueFullBehaviour;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** A consumer's bounded queue: its lanes. Messages come from the polling thread alone; workers take them. */
final class Lanes {
    private final QueueFullBehaviour whenFull;
    private final LaneCounts counts;
    private final Lane[] lanes;

    Lanes(int count, LaneCounts counts, QueueFullBehaviour whenFull, Handling handling) {
        this.counts = counts;
        this.whenFull = whenFull;
        this.lanes = IntStream.range(0, count)
                .mapToObj(i -> new Lane(handling, counts))
                .toArray(Lane[]::new);
    }

    /**
     * Brings a message.
     *
     * @return the one that was dropped for want of room, this or an older one; it is in no lane
     * @throws QueueFullException if there is no room, and that is what is to be done
     */
    Optional<Work> add(Work work, String consumer) {
        Optional<Work> dropped = Optional.empty();
        if (counts.unfinished().get() >= counts.capacity()) {
            switch (whenFull) {
                case FAIL ->
                    throw new QueueFullException(
                            "consumer " + consumer, work.message().topic(), counts.capacity());
                case DROP_NEWEST -> {
                    return Optional.of(work);
                }
                case DROP_OLDEST -> {
                    dropped = dropOldest();
                    if (dropped.isEmpty()) {
                        return Optional.of(work);
                    }
                }
                case BLOCK -> {}
            }
        }
        lanes[laneOf(work.message())].add(work);
        return dropped;
    }

    /** By the key, so that its messages stay in order; without one, by the partition. */
    private int laneOf(Message message) {
        int hash = message.key() == null
                ? 31 * message.topic().hashCode() + message.partition()
                : Arrays.hashCode(message.key());
        return Math.floorMod(hash ^ hash >>> 16, lanes.length);
    }

    private Optional<Work> dropOldest() {
        while (true) {
            Lane with = null;
            long oldest = Long.MAX_VALUE;
            for (Lane lane : lanes) {
                long arrival = lane.oldestArrival().orElse(Long.MAX_VALUE);
                if (arrival < oldest) {
                    oldest = arrival;
                    with = lane;
                }
            }
            if (with == null) {
                return Optional.empty();
            }
            Optional<Work> removed = with.removeOldest(oldest);
            if (removed.isPresent()) {
                return removed;
            }
        }
    }

    void forgetRevoked() {
        for (Lane lane : lanes) {
            lane.forgetRevoked();
        }
    }

    /** Whether what one more poll may bring would not fit. */
    boolean isFullFor(int more) {
        return whenFull == QueueFullBehaviour.BLOCK && counts.unfinished().get() + more > counts.capacity();
    }
}
