package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Looks for intact batches behind damage, where no length can be trusted: at every place at which an excerpt may begin.
 * One use each, for one thread.
 */
final class BatchSearch implements AutoCloseable {

    private final SegmentMemory memory;
    private final BatchCheck check = new BatchCheck();
    private final long fileBytes;
    private MappedChunk chunk;
    private long position;
    private long minBaseOffset;
    private int length;

    BatchSearch(Path directory, int number, long from, long minBaseOffset) throws IOException {
        Path file = SegmentFile.of(directory, number);
        this.memory = new SegmentMemory(file);
        this.fileBytes = Files.size(file);
        this.position = from;
        this.minBaseOffset = minBaseOffset;
    }

    /**
     * All that is found in a file from a position on.
     *
     * @param minBaseOffset batches that begin before it are not looked for
     */
    static Found in(Path directory, int number, long from, long minBaseOffset) throws IOException {
        Found found = Found.NOTHING;
        try (BatchSearch search = new BatchSearch(directory, number, from, minBaseOffset)) {
            while (search.next()) {
                found = found.and(search.baseOffset(), search.nextOffset(), search.forcedPosition());
                search.stepOver();
            }
        } catch (NoSuchFileException e) {
            return Found.NOTHING;
        }
        return found;
    }

    /**
     * What lies behind damage.
     *
     * @param batches how many are intact
     * @param firstOffset of the first of them
     * @param nextOffset the offset after the last of them
     * @param forcedPosition how much of their file was on the device at least, as they say
     */
    record Found(int batches, long firstOffset, long nextOffset, long forcedPosition) {

        static final Found NOTHING = new Found(0, -1, -1, 0);

        private Found and(long baseOffset, long newNextOffset, long forced) {
            return new Found(
                    batches + 1,
                    batches == 0 ? baseOffset : firstOffset,
                    newNextOffset,
                    Math.max(forcedPosition, forced));
        }
    }

    /** Moves to the next intact batch at or behind the current place; false if there is none. */
    boolean next() throws IOException {
        while (position + Excerpt.WORD + ExcerptHeader.SIZE + BatchHeader.SIZE <= fileBytes) {
            need(Excerpt.WORD + ExcerptHeader.SIZE);
            int at = chunk.indexOf(position);
            if (ExcerptHeader.mayBeAt(chunk.memory(), at + Excerpt.WORD) && isBatch()) {
                return true;
            }
            // Two words of zeros: none of them can be the first of an excerpt, since its header is not zero.
            position += chunk.memory().getLong(at) == 0 ? 2 * Excerpt.WORD : Excerpt.WORD;
        }
        return false;
    }

    private boolean isBatch() throws IOException {
        int word = chunk.excerptWord(position);
        length = Excerpt.length(word);
        if (!Excerpt.isComplete(word) || Excerpt.isMetadata(word) || position + Excerpt.WORD + length > fileBytes) {
            return false;
        }
        need(Excerpt.WORD + length);
        return check.isIntact(chunk.memory(), chunk.indexOf(position) + Excerpt.WORD, length, minBaseOffset);
    }

    private void need(int bytes) throws IOException {
        if (chunk == null || !chunk.covers(position, bytes)) {
            MappedChunk other = memory.hold(position, bytes);
            releaseChunk();
            chunk = other;
        }
    }

    long position() {
        return position;
    }

    int length() {
        return length;
    }

    /** Valid until the search goes on. */
    ByteBuffer batch() {
        return chunk.memory().slice(payload() + ExcerptHeader.SIZE, length - ExcerptHeader.SIZE);
    }

    private int payload() {
        return chunk.indexOf(position) + Excerpt.WORD;
    }

    long baseOffset() {
        return BatchHeader.baseOffset(chunk.memory(), payload() + ExcerptHeader.SIZE);
    }

    long nextOffset() {
        return BatchHeader.lastOffset(chunk.memory(), payload() + ExcerptHeader.SIZE) + 1;
    }

    private long forcedPosition() {
        return ExcerptHeader.forcedPosition(chunk.memory(), payload());
    }

    /** Goes on behind the batch that was found. */
    void stepOver() {
        minBaseOffset = nextOffset();
        position = Excerpt.after(position, length);
    }

    private void releaseChunk() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    @Override
    public void close() {
        releaseChunk();
        memory.release();
    }
}
