package io.polestar.broker.topic;

import java.util.ArrayList;
import java.util.List;

/**
 * Offsets that follow each other.
 *
 * @param from the first one
 * @param to the one after the last
 */
public record OffsetRange(long from, long to) {

    public boolean isEmpty() {
        return from >= to;
    }

    /** What of this range is in none of the others, in order. */
    public List<OffsetRange> without(List<OffsetRange> others) {
        List<OffsetRange> left = isEmpty() ? List.of() : List.of(this);
        for (OffsetRange other : others) {
            List<OffsetRange> next = new ArrayList<>();
            for (OffsetRange each : left) {
                addUnlessEmpty(next, new OffsetRange(each.from, Math.min(each.to, other.from)));
                addUnlessEmpty(next, new OffsetRange(Math.max(each.from, other.to), each.to));
            }
            left = next;
        }
        return left;
    }

    private static void addUnlessEmpty(List<OffsetRange> ranges, OffsetRange range) {
        if (!range.isEmpty()) {
            ranges.add(range);
        }
    }
}
