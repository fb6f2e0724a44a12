package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One segment of a partition's log: its file and what it holds. Changed by the appending thread under the partition's
 * append lock; what is below the published end may be read by any thread.
 */
final class Segment {

    /** A file up to this size is walked rather than its index kept on disk. */
    private static final long WALKED_BYTES = 4L << 20;

    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(Segment.class, "endPosition", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Path directory;
    private final int number;
    private final long baseOffset;
    private final SegmentMemory memory;
    private volatile SegmentIndex index;
    private long indexedUpTo;
    private volatile long forcedPosition;
    private boolean indexOnDisk;
    private volatile boolean ended;
    private volatile boolean discarded;

    private long nextOffset;
    private long sizeInBytes;
    private int batches;
    private long maxTimestampMs;
    private long maxTimestampPosition;
    private long firstAppendMs;
    /** Written last, so that whoever reads it sees the batches before it and what is said of them. */
    private long endPosition;

    /** A segment as its summary says; its index is loaded when it is needed. */
    Segment(Path directory, SegmentSummary summary) {
        this(directory, summary, SegmentFile.of(directory, summary.number()));
    }

    /** A segment whose file is elsewhere until {@link #moveInto}. */
    Segment(Path directory, SegmentSummary summary, Path file) {
        this.directory = directory;
        this.number = summary.number();
        this.baseOffset = summary.baseOffset();
        this.memory = new SegmentMemory(file);
        this.nextOffset = summary.nextOffset();
        this.sizeInBytes = summary.sizeInBytes();
        this.batches = summary.batches();
        this.maxTimestampMs = summary.maxTimestampMs();
        this.maxTimestampPosition = summary.maxTimestampPosition();
        this.firstAppendMs = summary.firstAppendMs();
        END.setRelease(this, summary.endPosition());
        if (batches == 0) {
            index = new SegmentIndex();
        }
    }

    int number() {
        return number;
    }

    long baseOffset() {
        return baseOffset;
    }

    long nextOffset() {
        return nextOffset;
    }

    long sizeInBytes() {
        return sizeInBytes;
    }

    int batches() {
        return batches;
    }

    long firstAppendMs() {
        return firstAppendMs;
    }

    boolean isEmpty() {
        return endPosition() == 0;
    }

    long endPosition() {
        return (long) END.getAcquire(this);
    }

    SegmentMemory memory() {
        return memory;
    }

    SegmentSummary summary() {
        long end = endPosition();
        return new SegmentSummary(
                number,
                baseOffset,
                nextOffset,
                end,
                sizeInBytes,
                batches,
                maxTimestampMs,
                maxTimestampPosition,
                firstAppendMs);
    }

    /** Takes notice of a batch at {@code at} in the buffer whose excerpt lies at {@code position}. */
    void appended(ByteBuffer buffer, int at, int batchBytes, long position, long nowMs) throws IOException {
        SegmentIndex entries = index();
        indexOnDisk = false;
        if (batches == 0 || position - indexedUpTo >= SegmentIndex.INTERVAL_BYTES) {
            entries.add(BatchHeader.baseOffset(buffer, at), position, maxTimestampMs);
            indexedUpTo = position;
        }
        if (batches == 0) {
            firstAppendMs = nowMs;
        }
        long timestampMs = BatchHeader.maxTimestampMs(buffer, at);
        if (timestampMs > maxTimestampMs) {
            maxTimestampMs = timestampMs;
            maxTimestampPosition = position;
        }
        batches++;
        sizeInBytes += batchBytes;
        nextOffset = BatchHeader.lastOffset(buffer, at) + 1;
        END.setRelease(this, Excerpt.after(position, ExcerptHeader.SIZE + batchBytes));
    }

    /** A walk over all batches known now that begins at or before the batch holding the offset. */
    SegmentWalk walkTo(long offset) throws IOException {
        long end = endPosition();
        return SegmentWalk.overKnown(memory, index().positionOf(offset), end);
    }

    /** A walk over all batches known now that leaves out only batches older than the time. */
    SegmentWalk walkToTimestamp(long timestampMs) throws IOException {
        long end = endPosition();
        return SegmentWalk.overKnown(memory, index().positionBeforeTimestamp(timestampMs), end);
    }

    long firstPosition() throws IOException {
        return index().positionOf(baseOffset);
    }

    SegmentWalk walkFrom(long position) {
        return SegmentWalk.overKnown(memory, position, endPosition());
    }

    SegmentIndex index() throws IOException {
        SegmentIndex loaded = index;
        if (loaded != null) {
            return loaded;
        }
        loaded = loadIndex();
        if (ended) {
            LoadedIndexes.INSTANCE.loaded(this, loaded.count());
        }
        return loaded;
    }

    private synchronized SegmentIndex loadIndex() throws IOException {
        if (index == null) {
            if (discarded) {
                throw new NoSuchFileException(memory.file().toString(), null, "no longer part of its log");
            }
            SegmentSummary summary = summary();
            Optional<SegmentIndexFile> stored = SegmentIndexFile.read(directory, number)
                    .filter(file -> file.summary().equals(summary));
            SegmentIndex loaded = stored.isPresent() ? stored.get().index() : SegmentScan.indexOf(directory, summary);
            indexOnDisk = stored.isPresent();
            indexedUpTo = loaded.lastPosition();
            index = loaded;
        }
        return index;
    }

    /** Returns when everything appended before is on the device. The name is made durable the first time. */
    void force(Disk disk) throws IOException {
        long end = endPosition();
        if (forcedPosition >= end) {
            return;
        }
        try {
            disk.force(memory.file());
        } catch (NoSuchFileException e) {
            if (discarded) {
                return;
            }
            throw e;
        }
        if (forcedPosition == 0) {
            disk.forceDirectory(directory);
        }
        forcedPosition = end;
    }

    /** Up to here the file is on the device. */
    long forcedPosition() {
        return forcedPosition;
    }

    /** To be called where it is known that all of it is on the device. */
    void markForced() {
        forcedPosition = endPosition();
    }

    /** Gives back blocks behind the end; no batch may be appended meanwhile. */
    synchronized void giveBackUnused() throws IOException {
        if (!isEmpty() && !discarded) {
            memory.giveBackUnused(endPosition());
        }
    }

    /** Writes the index of an ended segment that was forced, which says so. */
    synchronized void seal(Disk disk) throws IOException {
        if (!isEmpty() && !discarded) {
            new SegmentIndexFile(summary(), index(), true).write(directory, disk);
            indexOnDisk = true;
        }
    }

    /** Writes the index to disk if it is not there and that is cheaper than to walk the file once more. */
    synchronized void keepIndex() throws IOException {
        if (endPosition() > WALKED_BYTES && index != null && !indexOnDisk && !discarded) {
            new SegmentIndexFile(summary(), index, false).write(directory);
            indexOnDisk = true;
        }
    }

    /** Removes the segment from disk; who holds its memory keeps it. */
    synchronized void delete() throws IOException {
        discarded = true;
        LoadedIndexes.INSTANCE.remove(this);
        Files.deleteIfExists(SegmentFile.indexOf(directory, number));
        Files.deleteIfExists(memory.file());
        memory.retire();
    }

    /** Nothing is written or mapped for this segment any more: another one may have its file's name from now on. */
    synchronized void discard() {
        discarded = true;
        LoadedIndexes.INSTANCE.remove(this);
        memory.retire();
    }

    /** Has its file moved from where it was written; who looks at it waits as long. */
    synchronized void moveInto(Path newDirectory, SegmentMemory.Move move) throws IOException {
        memory.moveTo(SegmentFile.of(newDirectory, number), move);
        indexOnDisk = ended;
    }

    /** No batch will be appended any more. */
    void end() {
        SegmentIndex loaded = index;
        if (!ended && loaded != null) {
            LoadedIndexes.INSTANCE.loaded(this, loaded.count());
        }
        ended = true;
    }

    void forgetIndex() {
        if (!isEmpty()) {
            index = null;
        }
    }

    /** Gives back what can be had again from disk. */
    synchronized void unload() {
        LoadedIndexes.INSTANCE.remove(this);
        forgetIndex();
        memory.release();
    }
}
