package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a log's tail. The segment that keeps only its beginning is copied before, so that the append lock is held for the
 * swap alone; a crash leaves the log as it was or as it shall be. One use each.
 */
final class LogTruncation {

    /** Changes the start of a log whose end comes to lie before it. */
    interface Start {
        void moveTo(long offset) throws IOException;
    }

    private final Path directory;
    private final Disk disk;
    private final LogSegments segments;
    private final LogTail tail;
    private final LogForce force;
    private final LogSwap swap;
    private final Start start;

    LogTruncation(
            Path directory, Disk disk, LogSegments segments, LogTail tail, LogForce force, LogSwap swap, Start start) {
        this.directory = directory;
        this.disk = disk;
        this.segments = segments;
        this.tail = tail;
        this.force = force;
        this.swap = swap;
        this.start = start;
    }

    /** Again where the log changed meanwhile. */
    void run(long offset) throws IOException {
        boolean done = false;
        while (!done) {
            done = offset >= segments.endOffset() || attempt(offset);
        }
    }

    private boolean attempt(long offset) throws IOException {
        Segment[] all = segments.all();
        int place = all.length - 1;
        while (place > 0 && (all[place].isEmpty() || all[place].baseOffset() >= offset)) {
            place--;
        }
        Segment first = all[place];
        long endPosition = first.isEmpty() ? 0 : positionOf(first, offset);
        if (first.isEmpty() || first.baseOffset() >= offset) {
            return swap(all, place, Optional.empty(), offset);
        } else if (endPosition == first.endPosition()) {
            return swap(all, place + 1, Optional.empty(), first.nextOffset());
        } else if (endPosition == first.firstPosition()) {
            return swap(all, place, Optional.empty(), first.baseOffset());
        }
        return shorten(all, place, endPosition);
    }

    /** Position of the first batch with an offset at or above the given one; the segment's end if there is none. */
    private static long positionOf(Segment segment, long offset) throws IOException {
        try (SegmentWalk walk = segment.walkTo(offset)) {
            while (walk.advance()) {
                if (BatchHeader.lastOffset(walk.memory(), walk.batch()) >= offset) {
                    return walk.position();
                }
            }
            return segment.endPosition();
        }
    }

    private boolean shorten(Segment[] all, int place, long endPosition) throws IOException {
        Path folder = swap.newFolder();
        try (SegmentCopy copy = new SegmentCopy(directory, folder, all[place].number(), all[place].firstAppendMs())) {
            copy.appendBefore(all[place], endPosition);
            Segment shorter = copy.finish(disk);
            return swap(all, place, folder, Optional.of(shorter), shorter.nextOffset());
        } finally {
            DurableFile.deleteTree(folder);
        }
    }

    private boolean swap(Segment[] all, int place, Optional<Segment> shorter, long endOffset) throws IOException {
        Path folder = swap.newFolder();
        Files.createDirectories(folder);
        try {
            return swap(all, place, folder, shorter, endOffset);
        } finally {
            DurableFile.deleteTree(folder);
        }
    }

    private boolean swap(Segment[] all, int place, Path folder, Optional<Segment> shorter, long endOffset)
            throws IOException {
        List<Segment> cut = Arrays.asList(all).subList(place, all.length);
        return swap.swap(cut, shorter, folder, () -> {
            boolean toTheEnd = segments.active() == all[all.length - 1];
            if (toTheEnd) {
                endAt(swap.placeOf(cut), shorter, endOffset);
            }
            return toTheEnd;
        });
    }

    private void endAt(int place, Optional<Segment> shorter, long endOffset) throws IOException {
        tail.closeQueue();
        tail.changing();
        segments.replaceFrom(place, shorter.orElseGet(() -> nothingFrom(endOffset)));
        segments.endOffset(endOffset);
        force.cutAt(endOffset);
        if (segments.startOffset() > endOffset) {
            start.moveTo(endOffset);
        }
    }

    private Segment nothingFrom(long offset) {
        return new Segment(directory, SegmentSummary.empty(segments.nextNumber(), offset));
    }
}
