package io.polestar.storage.chronicle;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The segments this process has mapped for reading, and a bound on them, since a process may have so many mappings only
 * (65 530 on Linux): beyond it the one mapped the longest gives its mapping up. Safe for use from any thread.
 */
final class MappedSegments {

    /** One for the process, like the mappings. A segment of a gigabyte takes five. */
    static final MappedSegments INSTANCE = new MappedSegments(1500);

    private final int limit;
    private final Set<SegmentMemory> mapped = new LinkedHashSet<>();

    MappedSegments(int limit) {
        this.limit = limit;
    }

    /** To be called without any segment's monitor: it may take that of another segment. */
    void mapped(SegmentMemory memory) {
        SegmentMemory oldest = add(memory);
        if (oldest != null) {
            oldest.unmap();
        }
    }

    private synchronized SegmentMemory add(SegmentMemory memory) {
        mapped.add(memory);
        if (mapped.size() <= limit) {
            return null;
        }
        Iterator<SegmentMemory> oldestFirst = mapped.iterator();
        SegmentMemory oldest = oldestFirst.next();
        oldestFirst.remove();
        return oldest;
    }

    synchronized void released(SegmentMemory memory) {
        mapped.remove(memory);
    }
}
