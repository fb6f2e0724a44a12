package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Learns from a segment's file alone what it holds.
 *
 * @param segment what is intact, from the first batch on
 * @param end where that ends
 */
record SegmentScan(Segment segment, End end) {

    /**
     * What lies where the intact batches end.
     *
     * @param stopPosition the first place where something else than an intact batch or Chronicle's own begins
     * @param wordAtStop Chronicle's word there, 0 for a file that simply ends
     * @param writePosition where Chronicle believes the last excerpt to be
     * @param lastPosition where the last intact batch is, -1 if there is none
     */
    record End(long stopPosition, int wordAtStop, long writePosition, long lastPosition) {

        /** Whether nothing is torn off or damaged, so that an appender will go on right behind the last batch. */
        boolean isWhole() {
            return isContinuable() && writePosition >= lastPosition;
        }

        /** Whether no batch is missing: at most Chronicle's notes at the head of the file are not up to date. */
        boolean isContinuable() {
            return (wordAtStop == 0 || hasEnded()) && !hasLostComplete();
        }

        boolean hasEnded() {
            return wordAtStop == Excerpt.END_OF_SEGMENT;
        }

        /** Whether a batch that was complete lies where the walk stopped, or lay there as Chronicle remembers it. */
        boolean hasLostComplete() {
            return writePosition > 0 && writePosition >= stopPosition || Excerpt.isComplete(wordAtStop);
        }
    }

    /** Where a segment ends whose last intact batch is known. */
    static End endBehind(SegmentMemory memory, long endPosition, long lastPosition) throws IOException {
        long fileBytes = Files.size(memory.file());
        long stop = SegmentWalk.behindMetadata(memory, endPosition, fileBytes);
        return new End(stop, wordAt(memory, stop, fileBytes), StoreHeader.writePosition(memory.file()), lastPosition);
    }

    /**
     * Walks a whole segment and checks every header and every checksum.
     *
     * @param minBaseOffset the offset after the segment before
     * @param nowMs stands for the time of the first append, which is not in the file
     */
    static SegmentScan verify(Path directory, int number, long minBaseOffset, long nowMs) throws IOException {
        Path file = SegmentFile.of(directory, number);
        SegmentMemory memory = new SegmentMemory(file);
        BatchCheck check = new BatchCheck();
        long fileBytes = Files.size(file);
        try (SegmentWalk walk = new SegmentWalk(memory, 0, fileBytes)) {
            Segment segment = null;
            long lastPosition = -1;
            long nextOffset = minBaseOffset;
            boolean intact = true;
            while (intact && walk.advance()) {
                intact = check.isIntact(walk.memory(), walk.payload(), walk.length(), nextOffset);
                if (intact) {
                    segment = segment == null ? beginning(directory, number, walk) : segment;
                    take(segment, walk, nowMs);
                    nextOffset = segment.nextOffset();
                    lastPosition = walk.position();
                }
            }
            long stop = intact ? walk.nextPosition() : walk.position();
            return new SegmentScan(
                    segment != null ? segment : new Segment(directory, SegmentSummary.empty(number, minBaseOffset)),
                    new End(stop, wordAt(memory, stop, fileBytes), StoreHeader.writePosition(file), lastPosition));
        } finally {
            memory.release();
        }
    }

    private static Segment beginning(Path directory, int number, SegmentWalk walk) {
        return new Segment(
                directory, SegmentSummary.empty(number, BatchHeader.baseOffset(walk.memory(), walk.batch())));
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

    private static int wordAt(SegmentMemory memory, long position, long fileBytes) throws IOException {
        if (position + Excerpt.WORD > fileBytes) {
            return 0;
        }
        MappedChunk chunk = memory.hold(position, Excerpt.WORD);
        try {
            return chunk.excerptWord(position);
        } finally {
            chunk.release();
        }
    }
}
