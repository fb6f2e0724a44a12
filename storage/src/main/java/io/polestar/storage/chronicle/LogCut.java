package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes batches away at a log's front, so that a crash leaves it as it was or shorter. One cut at a time: the
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
        PartitionMetadata moved = metadata.withStartOffset(startOffset);
        moved.write(directory, disk);
        metadata = moved;
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

    /** Makes it the start, on the device first. */
    void startAt(long offset) throws IOException {
        write(offset);
        segments.startOffset(offset);
    }

    /** Batches below the offset are about to be taken out; on the device first, so that no gap passes for damage. */
    synchronized void rewritingBelow(long offset) throws IOException {
        if (offset > metadata.rewrittenBelow()) {
            metadata = metadata.withRewrittenBelow(offset);
            metadata.write(directory, disk);
        }
    }
}
