package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Brings a log to the device and knows how much of it is there. One force runs at a time, under this object's monitor;
 * how far it came may be read by any thread.
 */
final class LogForce {

    private final Path directory;
    private final Disk disk;
    private final LogSegments segments;
    private final Object offsets = new Object();
    private boolean identityForced;
    private volatile long durableOffset;
    private volatile int cuts;

    /** @param allForced whether everything in the folder is on the device already */
    LogForce(Path directory, Disk disk, LogSegments segments, boolean allForced) {
        this.directory = directory;
        this.disk = disk;
        this.segments = segments;
        this.identityForced = allForced;
        this.durableOffset = allForced ? segments.endOffset() : segments.startOffset();
    }

    /** Everything below it is on the device, or was removed. */
    long durableOffset() {
        return Math.max(durableOffset, segments.startOffset());
    }

    /** Returns when everything appended before the call is on the device. */
    synchronized void all() throws IOException {
        int cutsBefore = cuts;
        long upTo = segments.endOffset();
        boolean nothing = upTo == segments.startOffset();
        if (durableOffset >= upTo && (identityForced || nothing)) {
            return;
        }
        for (Segment segment : segments.all()) {
            segment.force(disk);
        }
        reached(upTo, cutsBefore);
    }

    /** Forces the segments that have ended, up to this one. */
    synchronized void ended(Segment last) throws IOException {
        int cutsBefore = cuts;
        long upTo = 0;
        for (Segment segment : segments.all()) {
            if (segment.number() <= last.number()) {
                segment.force(disk);
                upTo = segment.nextOffset();
            }
        }
        reached(upTo, cutsBefore);
    }

    /** Not if the tail was cut meanwhile: what has those offsets by now may be other records. */
    private void reached(long offset, int cutsBefore) throws IOException {
        identity();
        synchronized (offsets) {
            if (cuts == cutsBefore) {
                durableOffset = Math.max(durableOffset, offset);
            }
        }
    }

    /** What says whose log it is, and the folder's own name. */
    private void identity() throws IOException {
        if (!identityForced) {
            PartitionMetadata.force(directory, disk);
            identityForced = true;
        }
    }

    /** The tail was cut: what is appended from here on is not on the device yet. Waits for no force. */
    void cutAt(long endOffset) {
        synchronized (offsets) {
            cuts++;
            durableOffset = Math.min(durableOffset, endOffset);
        }
    }
}
