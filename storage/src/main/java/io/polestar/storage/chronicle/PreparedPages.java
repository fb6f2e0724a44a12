package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The pages behind the end of a segment that is forced all the time, made one by one before its mapping is stored to. Where
 * the mapping makes them, the kernel reads ahead from the hole in pieces of up to megabytes, and a store to one of their
 * pages makes the next force write the whole piece. Owned by the partition's append lock; {@link #end} may be asked by anyone.
 */
final class PreparedPages {
    private static final int PAGE = FileCopy.PAGE;

    /** What Chronicle stores behind a batch: the next header, and now and then an index array. */
    private static final int ROOM_BYTES = 16 << 10;

    private static final int MAX_AHEAD_BYTES = 256 << 10;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PAGE);

    private volatile long end;

    /** They were made up to here; 0 for none yet. */
    long end() {
        return end;
    }

    /** Another segment begins. */
    void restart() {
        end = 0;
    }

    /**
     * To be called before a batch is copied.
     *
     * @param position of the excerpt: behind it, but for its own first word, nothing is stored yet
     * @param bytes of the excerpt
     */
    void require(FileCopy file, long position, int bytes) throws IOException {
        long needed = position + bytes + ROOM_BYTES;
        if (needed > end) {
            prepare(file, Math.max(end, pageAfter(position)), Math.min(needed + ahead(position), file.size()));
        }
    }

    private static long pageAfter(long position) {
        return (position / PAGE + 1) * PAGE;
    }

    /** Many at once, since a force also writes where a file's new blocks are; few in a small file, which has to stay small. */
    private static long ahead(long position) {
        return Math.min(MAX_AHEAD_BYTES, position / 4);
    }

    private void prepare(FileCopy file, long from, long to) throws IOException {
        long at = from;
        for (; at + PAGE <= to; at += PAGE) {
            file.writeAll(ZEROS.duplicate(), at);
        }
        end = Math.max(end, at);
    }
}
