package io.polestar.storage.chronicle;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The indexes of ended segments that are in memory, and a bound on their size: beyond it those loaded the longest ago are
 * forgotten, to be read from disk when they are needed. Safe for use from any thread.
 */
final class LoadedIndexes {

    /** One for the process. Two million entries take 48 MB and span 16 GB of segments. */
    static final LoadedIndexes INSTANCE = new LoadedIndexes(2_000_000);

    private final int maxEntries;
    private final Map<Segment, Integer> loaded = new LinkedHashMap<>();
    private long entries;

    LoadedIndexes(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    void loaded(Segment segment, int count) {
        add(segment, count).forEach(Segment::forgetIndex);
    }

    private synchronized List<Segment> add(Segment segment, int count) {
        remove(segment);
        loaded.put(segment, count);
        entries += count;
        List<Segment> oldest = new ArrayList<>();
        Iterator<Map.Entry<Segment, Integer>> oldestFirst = loaded.entrySet().iterator();
        while (entries > maxEntries && loaded.size() > 1) {
            Map.Entry<Segment, Integer> next = oldestFirst.next();
            oldest.add(next.getKey());
            entries -= next.getValue();
            oldestFirst.remove();
        }
        return oldest;
    }

    synchronized void remove(Segment segment) {
        Integer count = loaded.remove(segment);
        if (count != null) {
            entries -= count;
        }
    }
}
