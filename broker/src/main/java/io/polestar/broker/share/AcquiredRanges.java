package io.polestar.broker.share;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;

/** Puts together what one acquisition gave to a member, as the answer says it. Used by one thread. */
final class AcquiredRanges {
    private record Range(long first, long last, int deliveryCount) {}

    private final List<Range> ranges = new ArrayList<>();
    private final Spans spans;
    private final Acquisition wanted;

    AcquiredRanges(Spans spans, Acquisition wanted) {
        this.spans = spans;
        this.wanted = wanted;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** In order of offset. */
    void add(Flight flight) {
        Range before = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (before != null && before.last() + 1 == flight.first() && before.deliveryCount() == flight.deliveryCount()) {
            ranges.set(ranges.size() - 1, new Range(before.first(), flight.last(), before.deliveryCount()));
        } else {
            ranges.add(new Range(flight.first(), flight.last(), flight.deliveryCount()));
        }
    }

    List<AcquiredRecords> toList() {
        List<AcquiredRecords> all = new ArrayList<>();
        for (Range range : ranges) {
            long first = range.first();
            if (!wanted.strict() && range.last() - first + 1 > wanted.batchSize()) {
                for (Spans.Span span : spans.all()) {
                    if (span.first() <= range.last() && span.first() - first >= wanted.batchSize()) {
                        all.add(acquired(first, span.first() - 1, range.deliveryCount()));
                        first = span.first();
                    }
                }
            }
            all.add(acquired(first, range.last(), range.deliveryCount()));
        }
        return all;
    }

    private static AcquiredRecords acquired(long first, long last, int deliveryCount) {
        return new AcquiredRecords().setFirstOffset(first).setLastOffset(last).setDeliveryCount((short) deliveryCount);
    }
}
