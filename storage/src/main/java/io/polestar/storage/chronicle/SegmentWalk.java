package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;

/**
 * Steps from batch to batch through a segment's mapped file, past Chronicle's metadata. For one thread; holds one chunk
 * until closed.
 */
final class SegmentWalk implements AutoCloseable {

    /** Begins each of Chronicle's metadata documents. */
    private static final byte EVENT_NAME = (byte) 0xb9;

    private final SegmentMemory memory;
    private final long limit;
    private final boolean known;
    private MappedChunk chunk;
    private long position;
    private long nextPosition;
    private int length;

    /** @param limit nothing at or behind this position is looked at */
    SegmentWalk(SegmentMemory memory, long from, long limit) {
        this(memory, from, limit, false);
    }

    private SegmentWalk(SegmentMemory memory, long from, long limit, boolean known) {
        this.memory = memory;
        this.nextPosition = from;
        this.limit = limit;
        this.known = known;
    }

    /** Over what was found intact before: {@link #advance} refuses to end before the limit, which would skip batches. */
    static SegmentWalk overKnown(SegmentMemory memory, long from, long limit) {
        return new SegmentWalk(memory, from, limit, true);
    }

    /**
     * Moves to the next excerpt that is complete and not Chronicle's own; false if there is none.
     *
     * @throws CorruptRecordException if there must be one
     */
    boolean advance() throws IOException {
        while (nextPosition + Excerpt.WORD <= limit) {
            need(nextPosition, Excerpt.WORD);
            int word = chunk.excerptWord(nextPosition);
            if (!Excerpt.isComplete(word)
                    || nextPosition + Excerpt.WORD + Excerpt.length(word) > limit
                    || Excerpt.isMetadata(word) && !isChronicles(nextPosition)) {
                if (known) {
                    throw damagedAt(nextPosition);
                }
                return false;
            }
            position = nextPosition;
            length = Excerpt.length(word);
            nextPosition = Excerpt.after(position, word);
            if (!Excerpt.isMetadata(word)) {
                need(position, Excerpt.WORD + length);
                return true;
            }
        }
        return false;
    }

    CorruptRecordException damagedAt(long where) {
        return new CorruptRecordException(memory.file() + " is damaged at position " + where);
    }

    /** A batch whose word was damaged must not pass for metadata, or it would be missed by nobody. */
    private boolean isChronicles(long at) throws IOException {
        need(at, Excerpt.WORD + 1);
        return chunk.memory().get(chunk.indexOf(at) + Excerpt.WORD) == EVENT_NAME;
    }

    /** The first place at or behind a position where something else than Chronicle's own begins. */
    static long behindMetadata(SegmentMemory memory, long position, long limit) throws IOException {
        try (SegmentWalk walk = new SegmentWalk(memory, position, limit)) {
            return walk.advance() ? walk.position() : walk.nextPosition();
        }
    }

    private void need(long from, int bytes) throws IOException {
        if (chunk == null || !chunk.covers(from, bytes)) {
            MappedChunk other = memory.hold(from, bytes);
            close();
            chunk = other;
        }
    }

    /** Where the excerpt lies in the file. */
    long position() {
        return position;
    }

    /** Where the one after it would begin: after a failed {@link #advance} the end of what is complete. */
    long nextPosition() {
        return nextPosition;
    }

    /** Bytes of the excerpt's payload. */
    int length() {
        return length;
    }

    ByteBuffer memory() {
        return chunk.memory();
    }

    /** Index in {@link #memory} of the excerpt's payload. */
    int payload() {
        return chunk.indexOf(position) + Excerpt.WORD;
    }

    /** Index in {@link #memory} of the batch. */
    int batch() {
        return payload() + ExcerptHeader.SIZE;
    }

    int batchBytes() {
        return length - ExcerptHeader.SIZE;
    }

    ByteBuffer batchSlice() {
        return chunk.memory().slice(batch(), batchBytes());
    }

    MappedChunk chunk() {
        return chunk;
    }

    @Override
    public void close() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }
}
