package io.polestar.broker.share;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.server.share.fetch.RecordState;

/**
 * The records of one share partition from its start offset on, as far as they were delivered: runs of offsets in the same
 * state. Offsets between runs were never delivered. Guarded by the lock of its share partition.
 */
final class Flights {
    private final NavigableMap<Long, Flight> byFirst = new TreeMap<>();
    private long start;
    private long next;

    /** @param start below it, everything is done */
    Flights(long start) {
        this.start = start;
        this.next = start;
    }

    long start() {
        return start;
    }

    long inFlight() {
        return next - start;
    }

    Iterable<Flight> all() {
        return byFirst.values();
    }

    void add(Flight flight) {
        byFirst.put(flight.first(), flight);
        next = Math.max(next, flight.last() + 1);
    }

    /** Records of the runs that will never be delivered again. */
    int completeCount() {
        long count = 0;
        for (Flight flight : byFirst.values()) {
            if (flight.isComplete() && flight.last() >= start) {
                count += flight.last() - Math.max(start, flight.first()) + 1;
            }
        }
        return (int) count;
    }

    /** Where to read on: the first offset that may be delivered. */
    long nextFetchOffset() {
        long cursor = start;
        for (Flight flight : byFirst.values()) {
            if (flight.first() > cursor || flight.isAvailable()) {
                return Math.max(cursor, start);
            }
            cursor = Math.max(cursor, flight.last() + 1);
        }
        return Math.max(cursor, next);
    }

    boolean mayAcquire(int maxInFlight) {
        return inFlight() < maxInFlight || nextFetchOffset() < next;
    }

    /**
     * Gives records to a member.
     *
     * @param fetchOffset where the records were read from
     * @return ranges in order of offset
     */
    List<AcquiredRecords> acquire(long fetchOffset, Spans spans, Acquisition wanted) {
        long from = Math.max(fetchOffset, start);
        if (spans.last() < from) {
            return List.of();
        }
        archiveUndelivered(from, spans.first() - 1); // removed from the log
        for (Spans.Span span : spans.all()) {
            if (span.aborted()) {
                archiveUndelivered(Math.max(from, span.first()), span.last());
            }
        }
        Acquiring acquiring = new Acquiring(spans, wanted);
        acquiring.run(from);
        advance();
        return acquiring.ranges.toList();
    }

    /** One acquisition: walks the offsets of what was read. */
    private final class Acquiring {
        private final Spans spans;
        private final Acquisition wanted;
        private final AcquiredRanges ranges;
        private long left;

        Acquiring(Spans spans, Acquisition wanted) {
            this.spans = spans;
            this.wanted = wanted;
            this.ranges = new AcquiredRanges(spans, wanted);
            this.left = wanted.maxRecords();
        }

        void run(long from) {
            long cursor = from;
            while (cursor <= spans.last() && left > 0) {
                Flight known = covering(cursor);
                if (known == null) {
                    cursor = takeNew(cursor);
                } else if (known.isAvailable()) {
                    cursor = takeAgain(known, cursor);
                } else {
                    cursor = known.last() + 1;
                }
            }
        }

        /** @return where to go on; behind everything if that was all */
        private long takeNew(long cursor) {
            long allowed = cursor < next ? left : Math.min(left, wanted.maxInFlight() - inFlight());
            if (allowed <= 0) {
                return Long.MAX_VALUE;
            }
            Long following = byFirst.higherKey(cursor);
            long end = Math.min(spans.last(), following == null ? Long.MAX_VALUE : following - 1);
            long lastAllowed = cursor + allowed - 1;
            if (lastAllowed < end) {
                end = wanted.strict() ? lastAllowed : Math.min(end, spans.endOfBatchAt(lastAllowed));
            }
            end = Math.min(end, wanted.strict() ? end : spans.endOfRange(cursor, wanted.batchSize()));
            Flight flight = Flight.of(cursor, end, RecordState.AVAILABLE, 0);
            add(flight);
            give(flight);
            return end + 1;
        }

        private long takeAgain(Flight known, long cursor) {
            long allowed = wanted.allowedOf(known);
            boolean throttled = allowed != Long.MAX_VALUE;
            if (throttled && !ranges.isEmpty()) {
                return Long.MAX_VALUE;
            }
            long most = wanted.strict() ? Math.min(allowed, left) : allowed;
            long end = Math.min(known.last(), spans.last());
            if (most < end - cursor + 1) {
                end = cursor + most - 1;
            }
            give(cut(known, cursor, end));
            return throttled ? Long.MAX_VALUE : end + 1;
        }

        private void give(Flight flight) {
            flight.acquire(wanted.member(), wanted.lockedUntilMs());
            ranges.add(flight);
            left -= flight.size();
        }
    }

    private Flight covering(long offset) {
        Map.Entry<Long, Flight> floor = byFirst.floorEntry(offset);
        return floor == null || floor.getValue().last() < offset ? null : floor.getValue();
    }

    /** The part of a run from one offset to another, as a run of its own. */
    private Flight cut(Flight flight, long from, long to) {
        Flight part = flight;
        if (from > part.first()) {
            part = part.splitAt(from);
            byFirst.put(part.first(), part);
        }
        if (to < part.last()) {
            Flight rest = part.splitAt(to + 1);
            byFirst.put(rest.first(), rest);
        }
        return part;
    }

    /** What nobody has and nobody shall get. */
    private void archiveUndelivered(long from, long to) {
        long cursor = from;
        while (cursor <= to) {
            Flight known = covering(cursor);
            if (known == null) {
                Long following = byFirst.higherKey(cursor);
                long end = Math.min(to, following == null ? Long.MAX_VALUE : following - 1);
                add(Flight.of(cursor, end, RecordState.ARCHIVED, 0));
                cursor = end + 1;
            } else {
                long end = Math.min(known.last(), to);
                if (known.isAvailable()) {
                    cut(known, cursor, end).archive();
                }
                cursor = end + 1;
            }
        }
    }

    /**
     * Visits what a member holds in a range, cut to it. What lies before the start is passed over.
     *
     * @throws InvalidRecordStateException if the member does not hold all of it
     * @throws InvalidRequestException if the range goes beyond what was delivered
     */
    void eachHeld(String member, long from, long to, Consumer<Flight> action) {
        if (to >= next) {
            throw new InvalidRequestException("The last offset in the request is past the acquired records.");
        }
        long cursor = Math.max(from, start);
        while (cursor <= to) {
            Flight known = covering(cursor);
            if (known == null || !known.isHeld()) {
                throw new InvalidRecordStateException("The records at offset " + cursor + " are not acquired.");
            }
            if (!known.isOf(member)) {
                throw new InvalidRecordStateException(
                        "The member is not the owner of the records at offset " + cursor + ".");
            }
            Flight part = cut(known, cursor, Math.min(known.last(), to));
            action.accept(part);
            cursor = part.last() + 1;
        }
    }

    /** Everything that a member holds. */
    List<Flight> heldBy(String member) {
        List<Flight> held = new ArrayList<>();
        for (Flight flight : byFirst.values()) {
            if (flight.isHeld() && flight.isOf(member)) {
                held.add(flight);
            }
        }
        return held;
    }

    /**
     * The log now starts there; what lies before is gone, whatever becomes of it.
     *
     * @return what is gone of what was delivered and came back
     */
    List<Flight> startAt(long offset) {
        List<Flight> cameBack = new ArrayList<>();
        if (offset > start) {
            for (Flight flight : byFirst.headMap(offset).values()) {
                if (flight.isAvailable()) {
                    cameBack.add(flight);
                }
            }
            start = offset;
            next = Math.max(next, offset);
            advance();
        }
        return cameBack;
    }

    /** Moves the start behind what is done. */
    void advance() {
        while (!byFirst.isEmpty()) {
            Flight lowest = byFirst.firstEntry().getValue();
            boolean gone = lowest.last() < start;
            boolean done = lowest.first() <= start && lowest.isComplete();
            if (lowest.isChanging() || !(gone || done)) {
                return;
            }
            start = Math.max(start, lowest.last() + 1);
            byFirst.pollFirstEntry();
        }
    }
}
