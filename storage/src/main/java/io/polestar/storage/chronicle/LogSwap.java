package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Replaces neighbouring segments of a log by one that lies ready in a folder of its own, or by none. One swap of a log
 * runs at a time; the append lock is held for renames alone.
 *
 * <p>Readers see the old segments or the new: the list of segments is replaced first, then the old ones give no memory
 * any more, so that who had them looks again, and only then the file takes its place.
 */
final class LogSwap {

    /** Begins the name of every folder in which a segment is made; left behind only by a crash. */
    static final String FOLDER_PREFIX = "rewrite";

    private static final AtomicLong FOLDERS = new AtomicLong();

    /** Puts the new segments into the log, under the append lock and before the files move; or says that it cannot be. */
    interface Change {
        boolean run() throws IOException;
    }

    private final Path directory;
    private final Disk disk;
    private final LogSegments segments;
    private final ReentrantLock appendLock;
    private final Object cutting;
    private final Runnable requireUsable;
    private final Consumer<Throwable> onBroken;

    /**
     * @param cutting its monitor is held by whatever takes files away, and by closing
     * @param requireUsable throws if the log is closed or has failed
     * @param onBroken told if files could not be moved: what is on disk is not what is in memory
     */
    LogSwap(
            Path directory,
            Disk disk,
            LogSegments segments,
            ReentrantLock appendLock,
            Object cutting,
            Runnable requireUsable,
            Consumer<Throwable> onBroken) {
        this.directory = directory;
        this.disk = disk;
        this.segments = segments;
        this.appendLock = appendLock;
        this.cutting = cutting;
        this.requireUsable = requireUsable;
        this.onBroken = onBroken;
    }

    /** Never used by another swap of this process, so that one that was given up disturbs none. */
    Path newFolder() {
        return directory.resolve(FOLDER_PREFIX + "-" + FOLDERS.incrementAndGet());
    }

    /**
     * Swaps, unless the log changed since the caller looked.
     *
     * @param old neighbours in the order of the log
     * @param added what lies in the folder, complete and on the device
     * @return false if the old ones are no longer part of the log: nothing was changed
     */
    boolean swap(List<Segment> old, Optional<Segment> added, Path folder, Change change) throws IOException {
        synchronized (cutting) {
            requireUsable.run();
            return placeOf(old) >= 0 && swap(recordOf(old, added, folder), old, added, change);
        }
    }

    private static SegmentSwap recordOf(List<Segment> old, Optional<Segment> added, Path folder) {
        return new SegmentSwap(
                folder.getFileName().toString(),
                added.map(Segment::number).orElse(SegmentSwap.NONE),
                old.stream().map(Segment::number).toList());
    }

    private boolean swap(SegmentSwap swap, List<Segment> old, Optional<Segment> added, Change change)
            throws IOException {
        swap.write(directory, disk);
        try {
            if (moveFiles(swap, old, added, change)) {
                swap.finish(directory, disk);
                return true;
            }
            SegmentSwap.withdraw(directory);
            return false;
        } catch (IOException | RuntimeException e) {
            onBroken.accept(e);
            throw e;
        }
    }

    private boolean moveFiles(SegmentSwap swap, List<Segment> old, Optional<Segment> added, Change change)
            throws IOException {
        appendLock.lock();
        try {
            if (placeOf(old) < 0 || !change.run()) {
                return false;
            }
            old.forEach(Segment::discard);
            if (added.isPresent()) {
                added.get().moveInto(directory, () -> moveAll(swap));
            } else {
                moveAll(swap);
            }
            return true;
        } finally {
            appendLock.unlock();
        }
    }

    private void moveAll(SegmentSwap swap) throws IOException {
        swap.moveAside(directory);
        swap.moveAdded(directory);
    }

    /** Where the old segments stand among the log's; -1 if not all of them are there any more. */
    int placeOf(List<Segment> old) {
        List<Segment> all = Arrays.asList(segments.all());
        int place = all.indexOf(old.get(0));
        boolean whole = place >= 0
                && place + old.size() <= all.size()
                && all.subList(place, place + old.size()).equals(old);
        return whole ? place : -1;
    }
}
