package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import io.polestar.storage.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes batches away at a log's two ends, so that a crash leaves it as it was or shorter. One cut at a time: the
 * caller holds this object's monitor. What appends and reads look at changes under the append lock, held for that alone.
 */
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

    /** A step that is taken under the append lock. */
    interface Locked {
        void run(Step step) throws IOException;
    }

    /** Part of a change. */
    interface Step {
        void run() throws IOException;
    }

    /** The start is made durable first: a crash behind it leaves segments that the next open removes. */
    void before(long offset, Locked locked) throws IOException {
        if (offset <= segments.startOffset()) {
            return;
        }
        write(offset);
        List<Segment> below = new ArrayList<>();
        locked.run(() -> dropBelow(offset, below));
        for (Segment segment : below) {
            segment.delete();
        }
        if (!below.isEmpty()) {
            locked.run(this::forgetFiles);
        }
    }

    private void write(long startOffset) throws IOException {
        metadata = metadata.withStartOffset(startOffset);
        metadata.write(directory, disk);
    }

    private void dropBelow(long offset, List<Segment> below) throws IOException {
        segments.startOffset(offset);
        if (offset == segments.endOffset() && !segments.active().isEmpty()) {
            tail.roll();
        }
        Segment[] all = segments.all();
        while (below.size() < all.length - 1 && all[below.size()].nextOffset() <= offset) {
            below.add(all[below.size()]);
        }
        if (!below.isEmpty()) {
            tail.changing();
            segments.dropBefore(below.size());
        }
    }

    private void forgetFiles() {
        if (segments.active().isEmpty()) {
            tail.closeQueue();
        } else {
            tail.refresh();
        }
    }

    private void startAt(long offset) throws IOException {
        write(offset);
        segments.startOffset(offset);
    }

    /** From the last segment backwards, so that a crash in between leaves no gap. The append lock is held. */
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
