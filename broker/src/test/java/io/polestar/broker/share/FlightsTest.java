package io.polestar.broker.share;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.server.share.fetch.RecordState;
import org.junit.jupiter.api.Test;

class FlightsTest {
    private static final int MAX_DELIVERIES = 5;
    private static final long LOCKED_UNTIL_MS = 1_000;

    private final Flights flights = new Flights(0);

    private static Acquisition wanted(String member, boolean strict, int maxRecords) {
        return new Acquisition(member, strict, 1_000, maxRecords, 1_000, MAX_DELIVERIES, LOCKED_UNTIL_MS);
    }

    /** Batches of the given length, without gaps. */
    private static Spans batches(long first, long end, int length) {
        List<Spans.Span> spans = new ArrayList<>();
        for (long base = first; base < end; base += length) {
            spans.add(new Spans.Span(base, base + length - 1, false));
        }
        return new Spans(spans);
    }

    private List<String> acquire(String member, boolean strict, int maxRecords, Spans spans) {
        return flights.acquire(flights.nextFetchOffset(), spans, wanted(member, strict, maxRecords)).stream()
                .map(range -> range.firstOffset() + "-" + range.lastOffset() + "x" + range.deliveryCount())
                .toList();
    }

    private void finish(String member, long from, long to, RecordState target) {
        finish(member, from, to, target, MAX_DELIVERIES);
    }

    private void finish(String member, long from, long to, RecordState target, int maxDeliveries) {
        flights.eachHeld(member, from, to, flight -> {
            flight.begin(target, maxDeliveries);
            flight.commit();
        });
        flights.advance();
    }

    @Test
    void shouldComeToAnEndWhenRangesAreToHoldNoRecords() {
        for (int batchSize : new int[] {0, -1}) {
            Acquisition odd = new Acquisition("a", false, batchSize, 100, 1_000, MAX_DELIVERIES, LOCKED_UNTIL_MS);
            assertEquals(3, new Flights(0).acquire(0, batches(0, 30, 10), odd).size());
        }
    }

    @Test
    void shouldGiveForTheFirstTimeWhatWasNotSent() {
        assertEquals(List.of("0-9x1"), acquire("a", false, 5, batches(0, 10, 10)));
        flights.heldBy("a").forEach(Flight::undeliver);
        assertEquals(0, flights.nextFetchOffset());
        assertEquals(List.of("0-9x1"), acquire("b", false, 5, batches(0, 10, 10)));
    }

    @Test
    void shouldGiveWholeBatchesUnlessRecordsAreLimited() {
        assertEquals(List.of("0-9x1"), acquire("a", false, 5, batches(0, 20, 10)));
        assertEquals(List.of("10-14x1"), acquire("b", true, 5, batches(10, 20, 10)));
        assertEquals(List.of("15-19x1"), acquire("c", true, 50, batches(10, 20, 10)));
        assertEquals(20, flights.nextFetchOffset());
    }

    @Test
    void shouldGiveAgainWhatWasReleasedInTheMiddle() {
        acquire("a", false, 10, batches(0, 10, 10));
        finish("a", 3, 4, RecordState.AVAILABLE);
        finish("a", 0, 2, RecordState.ACKNOWLEDGED);

        assertEquals(3, flights.start());
        assertEquals(3, flights.nextFetchOffset());
        assertEquals(List.of("3-4x2"), acquire("b", false, 10, batches(0, 10, 10)));
        assertEquals(10, flights.nextFetchOffset());
    }

    @Test
    void shouldMoveStartOnlyBehindWhatIsDone() {
        acquire("a", false, 10, batches(0, 10, 10));
        finish("a", 5, 9, RecordState.ACKNOWLEDGED);
        assertEquals(0, flights.start());
        assertEquals(5, flights.completeCount());
        finish("a", 0, 4, RecordState.ARCHIVED);
        assertEquals(10, flights.start());
        assertEquals(0, flights.inFlight());
        assertEquals(0, flights.completeCount());
    }

    @Test
    void shouldRefuseWhenMemberDoesNotHoldAllOfIt() {
        acquire("a", false, 10, batches(0, 10, 10));
        assertThrows(InvalidRecordStateException.class, () -> finish("b", 0, 1, RecordState.ACKNOWLEDGED));
        assertThrows(InvalidRequestException.class, () -> finish("a", 5, 10, RecordState.ACKNOWLEDGED));
        finish("a", 0, 0, RecordState.AVAILABLE);
        assertThrows(InvalidRecordStateException.class, () -> finish("a", 0, 1, RecordState.ACKNOWLEDGED));
    }

    @Test
    void shouldHoldNoMoreRecordsThanAllowed() {
        Acquisition few = new Acquisition("a", true, 1_000, 100, 15, MAX_DELIVERIES, LOCKED_UNTIL_MS);
        flights.acquire(0, batches(0, 100, 10), few);
        assertEquals(15, flights.inFlight());
        assertFalse(flights.mayAcquire(15));
        finish("a", 3, 3, RecordState.AVAILABLE);
        assertTrue(flights.mayAcquire(15));
        assertEquals(3, flights.nextFetchOffset());
    }

    @Test
    void shouldArchiveWhatWasRemovedFromTheLog() {
        acquire("a", false, 10, batches(0, 10, 10));
        finish("a", 0, 9, RecordState.AVAILABLE);
        assertEquals(List.of("6-9x2", "10-14x1"), acquire("a", false, 9, batches(6, 15, 3)));
        assertEquals(6, flights.start());
    }

    @Test
    void shouldNotGiveAbortedRecords() {
        Spans spans = new Spans(
                List.of(new Spans.Span(0, 4, false), new Spans.Span(5, 6, true), new Spans.Span(7, 9, false)));
        assertEquals(List.of("0-4x1", "7-9x1"), acquire("a", false, 50, spans));
    }

    @Test
    void shouldDeliverEverFewerTogetherWhenTheyKeepFailing() {
        Spans spans = batches(0, 8, 8);
        List<String> ranges = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            acquire("a", false, 8, spans);
            finish("a", 0, 7, RecordState.AVAILABLE);
        }
        ranges.addAll(acquire("a", false, 8, spans));
        assertEquals(List.of("0-3x4"), ranges);
        finish("a", 0, 3, RecordState.AVAILABLE);
        assertEquals(List.of("0-0x5"), acquire("a", false, 8, spans));
        finish("a", 0, 0, RecordState.AVAILABLE);
        assertEquals(1, flights.start(), "archived after its last chance");
    }

    @Test
    void shouldMeasureFewerByWhatWasFirstDeliveredTogetherNotByWhatIsLeftOfIt() {
        Spans spans = batches(0, 8, 8);
        for (int i = 0; i < 3; i++) {
            acquire("a", false, 8, spans);
            finish("a", 0, 7, RecordState.AVAILABLE);
        }
        acquire("a", false, 8, spans);
        finish("a", 0, 3, RecordState.AVAILABLE);
        for (int offset = 0; offset < 4; offset++) {
            assertEquals(List.of(offset + "-" + offset + "x5"), acquire("a", false, 8, spans));
            finish("a", offset, offset, RecordState.AVAILABLE);
        }
        assertEquals(List.of("4-7x4"), acquire("a", false, 8, spans));
    }

    @Test
    void shouldTakeRangesOfTheBatchSizeForDeliveredTogether() {
        Acquisition ranges = new Acquisition("a", false, 4, 100, 1_000, MAX_DELIVERIES, LOCKED_UNTIL_MS);
        for (int i = 0; i < 3; i++) {
            flights.acquire(0, batches(0, 16, 2), ranges);
            finish("a", 0, 15, RecordState.AVAILABLE);
        }
        assertEquals(List.of("0-1x4"), acquire("a", false, 100, batches(0, 16, 2)));
    }

    @Test
    void shouldGiveBackToMemberWhenChangeIsRolledBack() {
        acquire("a", false, 10, batches(0, 10, 10));
        flights.eachHeld("a", 0, 9, flight -> flight.begin(RecordState.ACKNOWLEDGED, MAX_DELIVERIES));
        assertThrows(InvalidRecordStateException.class, () -> finish("a", 0, 9, RecordState.ACKNOWLEDGED));
        flights.all().forEach(flight -> flight.rollBack(LOCKED_UNTIL_MS - 1, MAX_DELIVERIES));
        finish("a", 0, 9, RecordState.ACKNOWLEDGED);
        assertEquals(10, flights.start());
    }

    @Test
    void shouldMakeAvailableWhenChangeIsRolledBackAfterItsTime() {
        acquire("a", false, 10, batches(0, 10, 10));
        flights.eachHeld("a", 0, 9, flight -> flight.begin(RecordState.ACKNOWLEDGED, MAX_DELIVERIES));
        flights.all().forEach(flight -> flight.rollBack(LOCKED_UNTIL_MS, MAX_DELIVERIES));
        assertEquals(List.of("0-9x2"), acquire("b", false, 10, batches(0, 10, 10)));
    }

    /** Whatever members do, each offset is with one of them at most, and in the end each was accepted once. */
    @Test
    void shouldDeliverEachOffsetToOneMemberAtATimeWhenManyShare() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int end = 2_000;
        Map<Long, String> holders = new HashMap<>();
        int accepted = 0;
        for (int round = 0; round < 200_000 && flights.start() < end; round++) {
            String member = "m" + random.nextInt(4);
            long from = flights.nextFetchOffset();
            if (random.nextBoolean() && from < end && flights.mayAcquire(200)) {
                Spans spans = batches(from - from % 10, Math.min(end, from - from % 10 + 50), 10);
                Acquisition wanted = new Acquisition(
                        member, random.nextBoolean(), 20, 1 + random.nextInt(30), 200, 1_000, LOCKED_UNTIL_MS);
                for (var range : flights.acquire(from, spans, wanted)) {
                    for (long offset = range.firstOffset(); offset <= range.lastOffset(); offset++) {
                        assertEquals(null, holders.put(offset, member), "seed " + seed);
                    }
                }
            } else if (!flights.heldBy(member).isEmpty()) {
                List<Flight> held = flights.heldBy(member);
                Flight one = held.get(random.nextInt(held.size()));
                long first = one.first() + random.nextInt((int) one.size());
                long last = first + random.nextInt((int) (one.last() - first + 1));
                boolean accept = random.nextInt(3) > 0;
                finish(member, first, last, accept ? RecordState.ACKNOWLEDGED : RecordState.AVAILABLE, 1_000);
                for (long offset = first; offset <= last; offset++) {
                    assertEquals(member, holders.get(offset), "seed " + seed);
                    if (accept) {
                        holders.put(offset, "done");
                        accepted++;
                    } else {
                        holders.remove(offset);
                    }
                }
            }
        }
        assertEquals(end, accepted, "seed " + seed);
    }
}
