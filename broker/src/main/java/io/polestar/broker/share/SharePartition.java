package io.polestar.broker.share;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.ReadTrails;
import io.polestar.storage.TimestampedOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.share.fetch.RecordState;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition as one share group sees it: which of its records are with which member, and until when. Lives from the first
 * fetch of the group until the leadership ends or the group is left. Guarded by its one lock, which is held neither while
 * anything is written nor while a waiting fetch is told.
 */
final class SharePartition {
    private static final Logger log = LoggerFactory.getLogger(SharePartition.class);

    /** What share partitions share. */
    record Context(
            ShareSettings settings, ScheduledExecutorService timer, ShareListener listener, LongSupplier clockMs) {}

    /** What the group is done with though no member accepted it. */
    private record GivenUp(OffsetRange range, ShareListener.GivenUp reason) {
        static GivenUp of(Flight flight, ShareListener.GivenUp reason) {
            return new GivenUp(new OffsetRange(flight.first(), flight.last() + 1), reason);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final SharePartitionKey key;
    private final Partition partition;
    private final ShareStateStore store;
    private final Context context;
    private final String reader;
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private Flights flights;
    private int stateEpoch;
    private boolean loading;
    private volatile boolean fenced;
    private Future<?> expiry;
    private long expiryAtMs;

    SharePartition(SharePartitionKey key, Partition partition, ShareStateStore store, Context context) {
        this.key = key;
        this.partition = partition;
        this.store = store;
        this.context = context;
        this.reader = ReadTrails.shareGroup(key.groupId());
    }

    Partition partition() {
        return partition;
    }

    /** Reads the persisted state, once; fails with what consumers are told. */
    CompletableFuture<Void> load() {
        lock.lock();
        try {
            if (loading) {
                return loaded;
            }
            loading = true;
        } finally {
            lock.unlock();
        }
        read().thenAccept(this::begin).whenComplete((none, failure) -> {
            if (failure == null) {
                loaded.complete(null);
            } else {
                loaded.completeExceptionally(failure);
            }
            wakeWaiting();
        });
        return loaded;
    }

    private CompletableFuture<PartitionAllData> read() {
        try {
            return store.read();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    boolean isLoaded() {
        return loaded.isDone() && !loaded.isCompletedExceptionally();
    }

    private void begin(PartitionAllData state) {
        lock.lock();
        try {
            long start = state.startOffset() == PartitionFactory.UNINITIALIZED_START_OFFSET
                    ? initialOffset()
                    : state.startOffset();
            stateEpoch = state.stateEpoch();
            flights = new Flights(start);
            for (PersisterStateBatch batch : state.stateBatches()) {
                RecordState was = RecordState.forId(batch.deliveryState());
                RecordState now = was == RecordState.ACQUIRED ? RecordState.AVAILABLE : was;
                flights.add(Flight.of(batch.firstOffset(), batch.lastOffset(), now, batch.deliveryCount()));
            }
            flights.advance();
        } finally {
            lock.unlock();
        }
    }

    private long initialOffset() {
        var reset = context.settings().reset(key.groupId());
        return switch (reset.type()) {
            case EARLIEST -> partition.logStartOffset();
            case LATEST -> partition.highWatermark();
            default ->
                partition
                        .findByTimestamp(reset.timestamp())
                        .map(TimestampedOffset::offset)
                        .orElseGet(partition::highWatermark);
        };
    }

    /** Where to read for a member, or -1 if nothing may be given out now. */
    long fetchOffset() {
        lock.lock();
        try {
            return !fenced && flights.mayAcquire(context.settings().maxInFlight(key.groupId()))
                    ? flights.nextFetchOffset()
                    : -1;
        } finally {
            lock.unlock();
        }
    }

    /** The log starts later than the group. */
    void startAt(long logStartOffset) {
        List<GivenUp> givenUp = new ArrayList<>();
        lock.lock();
        try {
            for (Flight flight : flights.startAt(logStartOffset)) {
                long end = Math.min(flight.last() + 1, logStartOffset);
                givenUp.add(new GivenUp(new OffsetRange(flight.first(), end), ShareListener.GivenUp.REMOVED));
            }
        } finally {
            lock.unlock();
        }
        tell(givenUp);
    }

    private void tell(List<GivenUp> givenUp) {
        givenUp.forEach(each -> context.listener().onGivenUp(key.groupId(), partition, each.range, each.reason));
    }

    /** Gives records to a member, as far as they are available. */
    List<AcquiredRecords> acquire(ShareFetchQuery query, int maxRecords, long fetchOffset, Spans spans) {
        ShareSettings settings = context.settings();
        long untilMs = context.clockMs().getAsLong() + settings.lockDurationMs(key.groupId());
        Acquisition wanted = new Acquisition(
                query.member(),
                query.strict(),
                query.batchSize(),
                maxRecords,
                settings.maxInFlight(key.groupId()),
                settings.maxDeliveries(key.groupId()),
                untilMs);
        List<AcquiredRecords> acquired;
        lock.lock();
        try {
            if (fenced) {
                return List.of();
            }
            acquired = flights.acquire(fetchOffset, spans, wanted);
            if (!acquired.isEmpty()) {
                expireAt(untilMs);
            }
        } finally {
            lock.unlock();
        }
        for (AcquiredRecords each : acquired) {
            partition.readTrails().note(reader, each.firstOffset(), each.lastOffset() + 1);
        }
        return acquired;
    }

    /**
     * Takes note of what a member says of records that it holds: all or nothing.
     *
     * @return when it is persisted; fails with what the member is told
     */
    CompletableFuture<Void> acknowledge(String member, List<Acknowledgement> acknowledgements) {
        return change((changed, givenUp) -> {
            for (Acknowledgement each : acknowledgements) {
                each.eachRun((first, last, type) -> acknowledge(member, first, last, type, changed, givenUp));
            }
        });
    }

    private void acknowledge(
            String member, long first, long last, byte type, List<Flight> changed, List<GivenUp> givenUp) {
        if (last < flights.start()) {
            return; // gone meanwhile
        }
        if (Acknowledgement.renews(type)) {
            renew(member, first, last);
            return;
        }
        int maxDeliveries = context.settings().maxDeliveries(key.groupId());
        flights.eachHeld(member, first, last, flight -> {
            flight.begin(Acknowledgement.stateAfter(type), maxDeliveries);
            changed.add(flight);
            if (Acknowledgement.rejects(type)) {
                givenUp.add(GivenUp.of(flight, ShareListener.GivenUp.REJECTED));
            } else if (Acknowledgement.releases(type)) {
                noteIfDeliveredTooOften(flight, givenUp);
            }
        });
    }

    private void renew(String member, long first, long last) {
        if (!context.settings().mayRenew(key.groupId())) {
            throw new InvalidRecordStateException("Renewing acquisition locks is not enabled for the group.");
        }
        long untilMs = context.clockMs().getAsLong() + context.settings().lockDurationMs(key.groupId());
        flights.eachHeld(member, first, last, flight -> flight.renew(untilMs));
        expireAt(untilMs);
    }

    /** Takes back what a member was to be given and was not sent: as if nothing had happened. */
    void undeliver(String member, List<AcquiredRecords> acquired) {
        lock.lock();
        try {
            for (Flight flight : flights.heldBy(member)) {
                if (acquired.stream()
                        .anyMatch(range ->
                                range.firstOffset() <= flight.last() && flight.first() <= range.lastOffset())) {
                    flight.undeliver();
                }
            }
        } finally {
            lock.unlock();
        }
        wakeWaiting();
    }

    /** Takes back what a member holds, who left. */
    CompletableFuture<Void> release(String member) {
        int maxDeliveries = context.settings().maxDeliveries(key.groupId());
        return change((changed, givenUp) -> {
            for (Flight flight : flights.heldBy(member)) {
                flight.begin(RecordState.AVAILABLE, maxDeliveries);
                changed.add(flight);
                noteIfDeliveredTooOften(flight, givenUp);
            }
        });
    }

    private static void noteIfDeliveredTooOften(Flight released, List<GivenUp> givenUp) {
        if (released.isComplete()) {
            givenUp.add(GivenUp.of(released, ShareListener.GivenUp.DELIVERED_TOO_OFTEN));
        }
    }

    /** Begins changes; gives those that are to be persisted, and what is given up with them. Called with the lock held. */
    private interface Change {
        void begin(List<Flight> changed, List<GivenUp> givenUp);
    }

    private CompletableFuture<Void> change(Change change) {
        List<Flight> changed = new ArrayList<>();
        List<GivenUp> givenUp = new ArrayList<>();
        CompletableFuture<Void> written;
        lock.lock();
        try {
            if (fenced || !isLoaded()) {
                throw new NotLeaderOrFollowerException("The group's state of the partition is not here");
            }
            change.begin(changed, givenUp);
            // In the order of the changes: a later one must not carry an earlier start. It is only queued here.
            written = changed.isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : store.write(stateEpoch, flights, changed);
        } catch (RuntimeException e) {
            rollBack(changed);
            return CompletableFuture.failedFuture(e);
        } finally {
            lock.unlock();
        }
        return written.whenComplete((none, failure) -> {
            finish(changed, failure);
            tell(failure == null ? givenUp : List.of());
        });
    }

    private void finish(Collection<Flight> changed, Throwable failure) {
        lock.lock();
        try {
            if (failure == null) {
                changed.forEach(Flight::commit);
                flights.advance();
            } else {
                rollBack(changed);
            }
        } finally {
            lock.unlock();
        }
        if (!changed.isEmpty()) {
            wakeWaiting();
        }
    }

    private void rollBack(Collection<Flight> changed) {
        long nowMs = context.clockMs().getAsLong();
        int maxDeliveries = context.settings().maxDeliveries(key.groupId());
        changed.forEach(flight -> flight.rollBack(nowMs, maxDeliveries));
    }

    /** Looks for members whose time is over, at the given time at the latest. */
    private void expireAt(long timeMs) {
        if (expiry != null && expiryAtMs <= timeMs) {
            return;
        }
        if (expiry != null) {
            expiry.cancel(false);
        }
        expiryAtMs = timeMs;
        long delayMs = Math.max(0, timeMs - context.clockMs().getAsLong());
        expiry = context.timer().schedule(this::expire, delayMs, TimeUnit.MILLISECONDS);
    }

    private void expire() {
        List<Flight> expired = new ArrayList<>();
        List<GivenUp> givenUp = new ArrayList<>();
        lock.lock();
        try {
            expiry = null;
            if (!fenced) {
                takeBackExpired(expired);
                expired.forEach(flight -> noteIfDeliveredTooOften(flight, givenUp));
            }
        } finally {
            lock.unlock();
        }
        tell(givenUp);
        if (!expired.isEmpty()) {
            wakeWaiting();
        }
    }

    /** They are available at once: if that is not persisted, it is what a restart makes of them anyway. */
    private void takeBackExpired(List<Flight> expired) {
        long nowMs = context.clockMs().getAsLong();
        int maxDeliveries = context.settings().maxDeliveries(key.groupId());
        long nextMs = Long.MAX_VALUE;
        for (Flight flight : flights.all()) {
            if (flight.isHeld() && !flight.isLockedAt(nowMs)) {
                flight.giveBack(maxDeliveries);
                expired.add(flight);
            } else if (flight.isHeld()) {
                nextMs = Math.min(nextMs, flight.lockedUntilMs());
            }
        }
        if (!expired.isEmpty()) {
            store.write(stateEpoch, flights, expired).exceptionally(this::logNotPersisted);
            flights.advance();
        }
        if (nextMs != Long.MAX_VALUE) {
            expireAt(nextMs);
        }
    }

    private Void logNotPersisted(Throwable failure) {
        log.debug("partition={} group={} event=expiry_not_persisted", key.topicIdPartition(), key.groupId(), failure);
        return null;
    }

    /** Whoever is told may fetch again; each is told on the thread that brings the news. */
    void addWaiting(Runnable wake) {
        waiting.add(wake);
    }

    void removeWaiting(Runnable wake) {
        waiting.remove(wake);
    }

    private void wakeWaiting() {
        waiting.forEach(Runnable::run);
    }

    /** Nothing is given out or acknowledged any more. */
    void fence() {
        lock.lock();
        try {
            fenced = true;
            if (expiry != null) {
                expiry.cancel(false);
            }
        } finally {
            lock.unlock();
        }
        wakeWaiting();
    }

    boolean isFenced() {
        return fenced;
    }
}
