package io.polestar.client.track;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of whole numbers, kept as ranges without gaps. Not for several threads at once. */
final class SequenceRanges {
    /** From the first of a range to its last. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    /** @return false if it was there */
    boolean add(long number) {
        Map.Entry<Long, Long> below = ranges.floorEntry(number);
        if (below != null && below.getValue() >= number) {
            return false;
        }
        long first = below != null && below.getValue() == number - 1 ? below.getKey() : number;
        Long joined = ranges.remove(number + 1);
        ranges.put(first, joined == null ? number : joined);
        return true;
    }

    /** Those below a bound that are not in the set. */
    List<SequenceRange> missingBelow(long bound) {
        List<SequenceRange> missing = new ArrayList<>();
        long next = 0;
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            if (range.getKey() > next) {
                missing.add(new SequenceRange(next, range.getKey() - 1));
            }
            next = range.getValue() + 1;
        }
        if (next < bound) {
            missing.add(new SequenceRange(next, bound - 1));
        }
        return missing;
    }

    /** One more than the highest; 0 of an empty set. */
    long end() {
        return ranges.isEmpty() ? 0 : ranges.lastEntry().getValue() + 1;
    }

    List<SequenceRange> all() {
        return ranges.entrySet().stream()
                .map(range -> new SequenceRange(range.getKey(), range.getValue()))
                .toList();
    }

    static SequenceRanges of(List<SequenceRange> all) {
        SequenceRanges ranges = new SequenceRanges();
        all.forEach(range -> ranges.ranges.put(range.first(), range.last()));
        return ranges;
    }
}
