package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Replaces a segment's file by one that holds only its leading batches. Chronicle's files cannot be shortened in place:
 * their own index would point behind the end. Crash-safe: the file is renamed over when it is complete. The queue must be
 * closed. Stateless.
 */
final class SegmentRewrite {

    /** Below the partition's folder; left behind only by a crash. */
    static final String FOLDER = LogSwap.FOLDER_PREFIX;

    private SegmentRewrite() {}

    /**
     * Keeps the batches before a position.
     *
     * @param endPosition position of the first batch to drop
     */
    static Segment keepBefore(Path directory, Segment segment, long endPosition, long blockSize, Disk disk)
            throws IOException {
        Path folder = directory.resolve(FOLDER);
        DurableFile.deleteTree(folder);
        Files.createDirectories(folder);
        SegmentSummary start = SegmentSummary.empty(segment.number(), segment.baseOffset());
        Segment copy = new Segment(directory, start);
        try (SegmentAppender appender = new SegmentAppender(folder, segment.number(), blockSize);
                SegmentWalk walk = segment.walkFrom(0)) {
            while (walk.advance() && walk.position() < endPosition) {
                long position = appender.append(walk.batchSlice(), -1);
                copy.appended(walk.memory(), walk.batch(), walk.batchBytes(), position, segment.firstAppendMs());
            }
        }
        Path written = SegmentFile.of(folder, segment.number());
        disk.force(written);
        Files.deleteIfExists(SegmentFile.indexOf(directory, segment.number()));
        Files.move(
                written,
                SegmentFile.of(directory, segment.number()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        disk.forceDirectory(directory);
        DurableFile.deleteTree(folder);
        return copy;
    }

    /** Position of the first batch with an offset at or above the given one; the segment's end if there is none. */
    static long positionOf(Segment segment, long offset) throws IOException {
        try (SegmentWalk walk = segment.walkTo(offset)) {
            while (walk.advance()) {
                if (BatchHeader.lastOffset(walk.memory(), walk.batch()) >= offset) {
                    return walk.position();
                }
            }
            return segment.endPosition();
        }
    }
}
