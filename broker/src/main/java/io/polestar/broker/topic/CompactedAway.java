package io.polestar.broker.topic;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.Record;

/** Which records one run of compaction removed behind the offset up to which everyone has read. For one thread. */
final class CompactedAway {
    /** More of them are drawn together. */
    private static final int MAX_RANGES = 1_000;

    private final List<OffsetRange> ranges = new ArrayList<>();
    private final long unreadFrom;
    private boolean tombstones;

    CompactedAway(long unreadFrom) {
        this.unreadFrom = unreadFrom;
    }

    void note(Record record) {
        long offset = record.offset();
        if (offset < unreadFrom) {
            return;
        }
        tombstones |= !record.hasValue();
        OffsetRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (last != null && (last.to() == offset || ranges.size() == MAX_RANGES)) {
            ranges.set(ranges.size() - 1, new OffsetRange(last.from(), offset + 1));
        } else {
            ranges.add(new OffsetRange(offset, offset + 1));
        }
    }

    void tell(Partition partition, LossListener losses, long nowMs) {
        if (!ranges.isEmpty()) {
            losses.onCompacted(new LossListener.Compacted(partition, List.copyOf(ranges), tombstones, nowMs));
        }
    }
}
