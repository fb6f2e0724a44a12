package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import java.io.IOException;
import java.nio.file.Path;

/** Takes batches away at a log's two ends, so that a crash leaves it as it was or shorter. Owned by the append lock. */
final class LogCut {

    private final Path directory;
    private final Disk disk;
    private final LogSegments segments;
    private final LogTail tail;
    private PartitionMetadata metadata;

    LogCut(Path directory, Disk disk, LogSegments segments, LogTail tail, PartitionMetadata metadata) {
        this.directory = directory;
        this.disk = disk;
        this.segments = segments;
        this.tail = tail;
        this.metadata = metadata;
    }

    /** The start is made durable first: a crash behind it leaves segments that the next open removes. */
    void before(long offset) throws IOException {
        if (offset <= segments.startOffset()) {
            return;
        }
        startAt(offset);
        if (offset == segments.endOffset() && !segments.active().isEmpty()) {
            tail.roll();
        }
        removeBelow(offset);
    }

    private void startAt(long offset) throws IOException {
        metadata = metadata.withStartOffset(offset);
        metadata.write(directory, disk);
        segments.startOffset(offset);
    }

    private void removeBelow(long offset) throws IOException {
        Segment[] all = segments.all();
        int below = 0;
        while (below < all.length - 1 && all[below].nextOffset() <= offset) {
            below++;
        }
        if (below == 0) {
            return;
        }
        tail.changing();
        segments.dropBefore(below);
        for (int i = 0; i < below; i++) {
            all[i].delete();
        }
        if (segments.active().isEmpty()) {
            tail.closeQueue();
        } else {
            tail.refresh();
        }
    }

    /** From the last segment backwards, so that a crash in between leaves no gap. */
    void from(long offset, LogSettings settings) throws IOException {
        if (offset >= segments.endOffset()) {
            return;
        }
        tail.closeQueue();
        tail.changing();
        Segment[] all = segments.all();
        int last = all.length - 1;
        while (last >= 0 && (all[last].isEmpty() || all[last].baseOffset() >= offset)) {
            all[last].delete();
            last--;
        }
        if (last < 0) {
            end(0, new Segment(directory, SegmentSummary.empty(all[0].number(), offset)));
        } else {
            shorten(last, all[last], offset, settings);
        }
    }

    private void shorten(int place, Segment segment, long offset, LogSettings settings) throws IOException {
        long endPosition = SegmentRewrite.positionOf(segment, offset);
        if (endPosition == segment.endPosition()) {
            int number = segment.number() + 1;
            end(place + 1, new Segment(directory, SegmentSummary.empty(number, segment.nextOffset())));
        } else if (endPosition == segment.firstPosition()) {
            segment.delete();
            end(place, new Segment(directory, SegmentSummary.empty(segment.number(), segment.baseOffset())));
        } else {
            long blockBytes = LogTail.blockBytes(settings.maxBatchBytes());
            Segment shorter = SegmentRewrite.keepBefore(directory, segment, endPosition, blockBytes, disk);
            segment.discard();
            end(place, shorter);
        }
    }

    private void end(int place, Segment active) throws IOException {
        segments.replaceFrom(place, active);
        segments.endOffset(active.nextOffset());
        if (segments.startOffset() > active.nextOffset()) {
            startAt(active.nextOffset());
        }
    }
}
