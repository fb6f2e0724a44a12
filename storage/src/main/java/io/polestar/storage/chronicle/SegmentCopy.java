package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A segment that is written, batch by batch, in a folder of its own, to take the place of others in its log. For one
 * thread.
 */
final class SegmentCopy implements AutoCloseable {

    private final Path directory;
    private final Path folder;
    private final int number;
    private final long firstAppendMs;
    private final BatchCheck check = new BatchCheck();
    private SegmentAppender appender;
    private Segment segment;

    /**
     * @param directory the partition's folder, where the segment will be in the end
     * @param folder where it is written; made here
     * @param firstAppendMs when the first batch of those it stands for was appended
     */
    SegmentCopy(Path directory, Path folder, int number, long firstAppendMs) throws IOException {
        this.directory = directory;
        this.folder = folder;
        this.number = number;
        this.firstAppendMs = firstAppendMs;
        Files.createDirectories(folder);
    }

    /** Appends the batches of another segment that lie before a position, as they are. */
    void appendBefore(Segment other, long endPosition) throws IOException {
        try (SegmentWalk walk = other.walkFrom(0)) {
            while (walk.advance() && walk.position() < endPosition) {
                requireIntact(walk, check);
                append(walk.batchSlice());
            }
        }
    }

    /**
     * What is damaged must not get checksums that fit.
     *
     * @throws org.apache.kafka.common.errors.CorruptRecordException if the batch is
     */
    static void requireIntact(SegmentWalk walk, BatchCheck check) {
        if (!check.isIntact(walk.memory(), walk.payload(), walk.length(), 0)) {
            throw walk.damagedAt(walk.position());
        }
    }

    void append(ByteBuffer batch) throws IOException {
        int at = batch.position();
        int bytes = batch.remaining();
        if (segment == null) {
            SegmentSummary start = SegmentSummary.empty(number, BatchHeader.baseOffset(batch, at));
            segment = new Segment(directory, start, SegmentFile.of(folder, number));
        }
        long expected = segment.isEmpty() ? -1 : segment.endPosition();
        long position = appenderFor(bytes).append(batch, expected);
        segment.appended(batch, at, bytes, position, firstAppendMs);
    }

    private SegmentAppender appenderFor(int bytes) {
        if (appender == null || !appender.holds(bytes)) {
            close();
            appender = new SegmentAppender(folder, number, LogTail.blockBytes(bytes));
        }
        return appender;
    }

    boolean isEmpty() {
        return segment == null;
    }

    long nextOffset() {
        return segment.nextOffset();
    }

    /** The segment, which will be appended to; returns when it is on the device. */
    Segment finish(Disk disk) throws IOException {
        close();
        disk.force(SegmentFile.of(folder, number));
        disk.forceDirectory(folder);
        segment.markForced();
        return segment;
    }

    /** The segment, which has ended and is sealed as one that was rolled; returns when it is on the device. */
    Segment finishEnded(Disk disk) throws IOException {
        close();
        markEnd(SegmentFile.of(folder, number), segment.endPosition());
        segment.giveBackUnused();
        segment.end();
        new SegmentIndexFile(segment.summary(), segment.index(), true).write(folder, disk);
        return finish(disk);
    }

    /** Behind the last batch, and behind what Chronicle may have put there. */
    private static void markEnd(Path file, long endPosition) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer end = ByteBuffer.allocate(Excerpt.WORD).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(end.putInt(0, Excerpt.END_OF_SEGMENT), UnusedBlocks.afterMetadata(channel, endPosition));
        }
    }

    /** Closes the queue; the files stay. */
    @Override
    public void close() {
        if (appender != null) {
            SegmentAppender closing = appender;
            appender = null;
            closing.close();
        }
    }
}
