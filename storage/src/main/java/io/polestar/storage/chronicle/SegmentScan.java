package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Learns from a segment's file alone what it holds.
 *
 * @param segment what is intact, from the first batch on
 * @param endPosition where the intact part ends; the first batch that is torn, damaged or out of order would begin here
 * @param wordAtEnd Chronicle's word there, 0 for a file that simply ends
 * @param writePosition where Chronicle believes the last excerpt to be
 * @param lastPosition where the last intact batch is
 */
record SegmentScan(Segment segment, long endPosition, int wordAtEnd, long writePosition, long lastPosition) {

    /**
     * Walks a whole segment and checks every header and every checksum.
     *
     * @param minBaseOffset the offset after the segment before
     * @param nowMs stands for the time of the first append, which is not in the file
     */
    static SegmentScan verify(Path directory, int number, long minBaseOffset, long nowMs) throws IOException {
        Path file = SegmentFile.of(directory, number);
        SegmentMemory memory = new SegmentMemory(file);
        Check check = new Check();
        long fileBytes = Files.size(file);
        try (SegmentWalk walk = new SegmentWalk(memory, 0, fileBytes)) {
            Segment segment = null;
            long endPosition = 0;
            long lastPosition = -1;
            long nextOffset = minBaseOffset;
            while (walk.advance() && check.isIntact(walk, nextOffset)) {
                if (segment == null) {
                    long baseOffset = BatchHeader.baseOffset(walk.memory(), walk.batch());
                    segment = new Segment(directory, SegmentSummary.empty(number, baseOffset));
                }
                take(segment, walk, nowMs);
                nextOffset = segment.nextOffset();
                endPosition = walk.nextPosition();
                lastPosition = walk.position();
            }
            Segment found =
                    segment != null ? segment : new Segment(directory, SegmentSummary.empty(number, minBaseOffset));
            return new SegmentScan(
                    found,
                    endPosition,
                    wordBehind(memory, endPosition, fileBytes),
                    StoreHeader.writePosition(file),
                    lastPosition);
        } finally {
            memory.release();
        }
    }

    /** Whether nothing is torn off or damaged, so that an appender will go on right behind the last batch. */
    boolean isWhole() {
        return (wordAtEnd == 0 || wordAtEnd == Excerpt.END_OF_SEGMENT) && writePosition == lastPosition;
    }

    /** Whether batches were lost, other than one that was being written. */
    boolean hasLost() {
        return writePosition > lastPosition && writePosition > 0 || !segment.isEmpty() && Excerpt.isComplete(wordAtEnd);
    }

    /** Rebuilds the index of a segment whose summary is known, by its headers. */
    static SegmentIndex indexOf(Path directory, SegmentSummary summary) throws IOException {
        Segment rebuilt = new Segment(directory, SegmentSummary.empty(summary.number(), summary.baseOffset()));
        try (SegmentWalk walk = new SegmentWalk(rebuilt.memory(), 0, summary.endPosition())) {
            while (walk.advance()) {
                take(rebuilt, walk, summary.firstAppendMs());
            }
        } finally {
            rebuilt.memory().release();
        }
        if (rebuilt.nextOffset() != summary.nextOffset() || rebuilt.sizeInBytes() != summary.sizeInBytes()) {
            throw new IOException(rebuilt.memory().file() + " ends at offset " + rebuilt.nextOffset() + " with "
                    + rebuilt.sizeInBytes() + " bytes instead of " + summary.nextOffset() + " with "
                    + summary.sizeInBytes());
        }
        return rebuilt.index();
    }

    /** Whether the file holds more than the summary says, or held it before a power loss took the tail. */
    static boolean continuesBehind(Path directory, SegmentSummary summary) throws IOException {
        Path file = SegmentFile.of(directory, summary.number());
        if (StoreHeader.writePosition(file) >= summary.endPosition()) {
            return true;
        }
        ByteBuffer word = ByteBuffer.allocate(Excerpt.WORD).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.read(word, summary.endPosition());
        }
        int next = word.getInt(0);
        if (!Excerpt.isMetadata(next) || !Excerpt.isComplete(next)) {
            return next != 0 && next != Excerpt.END_OF_SEGMENT;
        }
        SegmentMemory memory = new SegmentMemory(file);
        try (SegmentWalk walk = new SegmentWalk(memory, summary.endPosition(), Files.size(file))) {
            return walk.advance();
        } finally {
            memory.release();
        }
    }

    private static void take(Segment segment, SegmentWalk walk, long nowMs) throws IOException {
        segment.appended(walk.memory(), walk.batch(), walk.batchBytes(), walk.position(), nowMs);
    }

    private static int wordBehind(SegmentMemory memory, long endPosition, long fileBytes) throws IOException {
        if (endPosition + Excerpt.WORD > fileBytes) {
            return 0;
        }
        MappedChunk chunk = memory.hold(endPosition, Excerpt.WORD);
        try {
            return chunk.excerptWord(endPosition);
        } finally {
            chunk.release();
        }
    }

    /** The checks of one batch, with their scratch. */
    private static final class Check {
        private final ExcerptHeader header = new ExcerptHeader();
        private final CRC32C crc = new CRC32C();

        boolean isIntact(SegmentWalk walk, long minBaseOffset) {
            ByteBuffer memory = walk.memory();
            int at = walk.batch();
            return header.isIntact(memory, walk.payload(), walk.length())
                    && BatchHeader.crc(memory, at) == checksum(memory, at, walk.batchBytes())
                    && BatchHeader.baseOffset(memory, at) >= minBaseOffset
                    && BatchHeader.lastOffset(memory, at) >= BatchHeader.baseOffset(memory, at);
        }

        private int checksum(ByteBuffer memory, int at, int batchBytes) {
            int from = BatchHeader.checkedFrom(at);
            crc.reset();
            crc.update(memory.slice(from, at + batchBytes - from));
            return (int) crc.getValue();
        }
    }
}
