package io.polestar.storage;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Whole batches in order of offset, in the log's own memory: nothing is copied. Valid until {@link #release()}, also
 * after the segment was deleted or the log closed. Created with one reference that belongs to the caller.
 */
public interface LogSlice {

    /** Bytes of all regions together. */
    int sizeInBytes();

    /** The offset after the last batch; the offset asked for if the slice is empty. */
    long nextOffset();

    /** Read-only direct buffers, each from position to limit one or more complete batches. */
    List<ByteBuffer> regions();

    /** Gives the memory back. Called once, from any thread; the regions must not be touched afterwards. */
    void release();
}
