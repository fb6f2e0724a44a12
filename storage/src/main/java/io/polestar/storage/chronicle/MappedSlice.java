package io.polestar.storage.chronicle;

import io.polestar.storage.LogSlice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Batches in mapped segments; holds their chunks until it is released. Filled by one thread, then read only. */
final class MappedSlice implements LogSlice {

    private static final VarHandle RELEASED;

    static {
        try {
            RELEASED = MethodHandles.lookup().findVarHandle(MappedSlice.class, "released", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final List<ByteBuffer> regions = new ArrayList<>();
    private final List<MappedChunk> chunks = new ArrayList<>(2);
    private int sizeInBytes;
    private long nextOffset;
    private boolean released;

    MappedSlice(long offset) {
        this.nextOffset = offset;
    }

    /** Adds the batch at which the walk stands. */
    void add(SegmentWalk walk, long newNextOffset) {
        MappedChunk chunk = walk.chunk();
        if (chunks.isEmpty() || chunks.get(chunks.size() - 1) != chunk) {
            chunk.tryHold();
            chunks.add(chunk);
        }
        regions.add(walk.batchSlice());
        sizeInBytes += walk.batchBytes();
        nextOffset = newNextOffset;
    }

    @Override
    public int sizeInBytes() {
        return sizeInBytes;
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public List<ByteBuffer> regions() {
        return Collections.unmodifiableList(regions);
    }

    @Override
    public void release() {
        if (!RELEASED.compareAndSet(this, false, true)) {
            throw new IllegalStateException("released twice");
        }
        chunks.forEach(MappedChunk::release);
    }
}
