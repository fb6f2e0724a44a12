package io.polestar.storage.chronicle;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The mapped chunks of one segment's file, mapped at first use. Readers take a chunk without a lock; mapping another is
 * serialised by this object's monitor.
 */
final class SegmentMemory {

    private static final long CHUNK_BYTES = 256L << 20;

    /** So that batches of usual size at a chunk's end need no mapping of their own. */
    private static final long OVERLAP_BYTES = 2L << 20;

    private volatile Path file;
    private boolean retired;
    private volatile MappedChunk[] chunks = new MappedChunk[0];

    SegmentMemory(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /**
     * A chunk that covers these bytes, held for the caller, who releases it.
     *
     * @throws EOFException if the file ends before
     * @throws NoSuchFileException also if other segments took this one's place
     */
    MappedChunk hold(long position, long length) throws IOException {
        int number = (int) (position / CHUNK_BYTES);
        MappedChunk[] mapped = chunks;
        if (number < mapped.length && canHold(mapped[number], position, length)) {
            return mapped[number];
        }
        MappedChunk chunk = mapAndHold(number, position, length);
        MappedSegments.INSTANCE.mapped(this);
        return chunk;
    }

    private static boolean canHold(MappedChunk chunk, long position, long length) {
        return chunk != null && chunk.covers(position, length) && chunk.tryHold();
    }

    private synchronized MappedChunk mapAndHold(int number, long position, long length) throws IOException {
        MappedChunk[] mapped = Arrays.copyOf(chunks, Math.max(chunks.length, number + 1));
        if (canHold(mapped[number], position, length)) {
            return mapped[number];
        }
        if (retired) {
            throw new NoSuchFileException(file.toString(), null, "no longer part of its log");
        }
        long start = number * CHUNK_BYTES;
        long bytes = Math.max(CHUNK_BYTES + OVERLAP_BYTES, position + length - start);
        MappedChunk chunk = MappedChunk.map(file, start, bytes);
        if (!chunk.covers(position, length)) {
            chunk.release();
            throw new EOFException(file + " ends at " + chunk.end() + ", before " + (position + length));
        }
        MappedChunk old = mapped[number];
        mapped[number] = chunk;
        chunk.tryHold();
        chunks = mapped;
        releaseIfAny(old);
        return chunk;
    }

    /** Gives back blocks behind the segment's end; nobody maps the file while it gets shorter. */
    synchronized void giveBackUnused(long endPosition) throws IOException {
        UnusedBlocks.giveBack(file, endPosition);
    }

    /** Gives the mappings up; those that readers hold live on. A later use maps anew. */
    void release() {
        MappedSegments.INSTANCE.released(this);
        unmap();
    }

    synchronized void unmap() {
        MappedChunk[] mapped = chunks;
        chunks = new MappedChunk[0];
        for (MappedChunk chunk : mapped) {
            releaseIfAny(chunk);
        }
    }

    /** Maps nothing from here on: another file may get this one's name. */
    synchronized void retire() {
        retired = true;
        release();
    }

    /** Takes the name that the file has after the move. */
    synchronized void moveTo(Path newFile, Move move) throws IOException {
        move.run();
        file = newFile;
    }

    interface Move {
        void run() throws IOException;
    }

    int mappedChunks() {
        return chunks.length;
    }

    private static void releaseIfAny(MappedChunk chunk) {
        if (chunk != null) {
            chunk.release();
        }
    }
}
