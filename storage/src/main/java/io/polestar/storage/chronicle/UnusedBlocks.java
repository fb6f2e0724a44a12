package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Gives back the blocks that were allocated behind what a segment holds: zeros written ahead, and the first pages. The
 * segment has ended or its queue is closed. Chronicle makes the file long again when it opens it, without blocks. Stateless.
 */
final class UnusedBlocks {

    private static final long PAGE_BYTES = 4096;

    /** Kept behind the last excerpt: with the first append to the next segment Chronicle marks the end there. */
    private static final int ROOM_BYTES = 64;

    private UnusedBlocks() {}

    /** @param endPosition the position after the last batch; excerpts of Chronicle's own may follow it */
    static void giveBack(Path file, long endPosition) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long kept = keptBytes(afterMetadata(channel, endPosition));
            if (channel.size() > kept) {
                channel.truncate(kept);
            }
        }
    }

    /** What a segment takes that ends there. */
    static long keptBytes(long endPosition) {
        return (endPosition + ROOM_BYTES + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** The position behind the excerpts that Chronicle itself wrote there. */
    static long afterMetadata(FileChannel channel, long endPosition) throws IOException {
        long end = endPosition;
        int word = wordAt(channel, end);
        while (Excerpt.isComplete(word) && Excerpt.isMetadata(word)) {
            end = Excerpt.after(end, word);
            word = wordAt(channel, end);
        }
        return end;
    }

    /** 0 behind the file's end. */
    private static int wordAt(FileChannel channel, long position) throws IOException {
        ByteBuffer word = ByteBuffer.allocate(Excerpt.WORD).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(word, position);
        return word.getInt(0);
    }
}
