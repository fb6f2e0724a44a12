package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.TimestampedOffset;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * Finds records by time in the segments that a log had when it began, down to the record inside a batch. For one thread.
 */
final class TimestampSearch {

    private final Segment[] segments;
    private final long startOffset;

    TimestampSearch(Segment[] segments, long startOffset) {
        this.segments = segments;
        this.startOffset = startOffset;
    }

    /** The first record in order of offset at or after the time. */
    Optional<TimestampedOffset> firstAtOrAfter(long timestampMs) throws IOException {
        for (Segment segment : segments) {
            if (!segment.isEmpty() && segment.summary().maxTimestampMs() >= timestampMs) {
                Optional<TimestampedOffset> found = firstIn(segment, timestampMs);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<TimestampedOffset> firstIn(Segment segment, long timestampMs) throws IOException {
        try (SegmentWalk walk = segment.walkToTimestamp(timestampMs)) {
            while (walk.advance()) {
                if (isWanted(walk) && BatchHeader.maxTimestampMs(walk.memory(), walk.batch()) >= timestampMs) {
                    Optional<TimestampedOffset> found = firstIn(walk, recordMs -> recordMs >= timestampMs);
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** The first of the records with the largest timestamp. */
    Optional<TimestampedOffset> largest() throws IOException {
        Optional<TimestampedOffset> largest = Optional.empty();
        for (Segment segment : segments) {
            if (!segment.isEmpty() && segment.nextOffset() > startOffset) {
                largest = larger(largest, largestIn(segment, largest));
            }
        }
        return largest;
    }

    private Optional<TimestampedOffset> largestIn(Segment segment, Optional<TimestampedOffset> known)
            throws IOException {
        SegmentSummary summary = segment.summary();
        if (known.isPresent() && known.get().timestampMs() >= summary.maxTimestampMs()) {
            return known;
        }
        Optional<TimestampedOffset> found =
                segment.baseOffset() < startOffset ? Optional.empty() : largestIn(summary, segment);
        // A batch that is being appended may show in one field of the summary and not yet in the other.
        return found.isPresent() ? found : largestBehindStart(segment);
    }

    private Optional<TimestampedOffset> largestIn(SegmentSummary summary, Segment segment) throws IOException {
        try (SegmentWalk walk = segment.walkFrom(Math.max(0, summary.maxTimestampPosition()))) {
            return walk.advance() ? firstIn(walk, found -> found == summary.maxTimestampMs()) : Optional.empty();
        }
    }

    /** The summary counts batches below the start too, so look at those behind it. */
    private Optional<TimestampedOffset> largestBehindStart(Segment segment) throws IOException {
        Optional<TimestampedOffset> largest = Optional.empty();
        try (SegmentWalk walk = segment.walkTo(startOffset)) {
            while (walk.advance()) {
                long batchMs = BatchHeader.maxTimestampMs(walk.memory(), walk.batch());
                if (isWanted(walk)
                        && (largest.isEmpty() || batchMs > largest.get().timestampMs())) {
                    largest = larger(largest, largestIn(walk));
                }
            }
        }
        return largest;
    }

    private Optional<TimestampedOffset> largestIn(SegmentWalk walk) {
        long[] largestMs = {Long.MIN_VALUE};
        firstIn(walk, found -> {
            largestMs[0] = Math.max(largestMs[0], found);
            return false;
        });
        return firstIn(walk, found -> found == largestMs[0]);
    }

    private static Optional<TimestampedOffset> larger(
            Optional<TimestampedOffset> first, Optional<TimestampedOffset> second) {
        boolean secondIsLarger = second.isPresent()
                && (first.isEmpty() || second.get().timestampMs() > first.get().timestampMs());
        return secondIsLarger ? second : first;
    }

    private boolean isWanted(SegmentWalk walk) {
        return BatchHeader.lastOffset(walk.memory(), walk.batch()) >= startOffset;
    }

    private Optional<TimestampedOffset> firstIn(SegmentWalk walk, LongPredicate wanted) {
        for (RecordBatch batch :
                MemoryRecords.readableRecords(walk.batchSlice()).batches()) {
            try (CloseableIterator<Record> records = batch.streamingIterator(BufferSupplier.NO_CACHING)) {
                while (records.hasNext()) {
                    Record next = records.next();
                    if (next.offset() >= startOffset && wanted.test(next.timestamp())) {
                        return Optional.of(
                                new TimestampedOffset(next.offset(), next.timestamp(), batch.partitionLeaderEpoch()));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
