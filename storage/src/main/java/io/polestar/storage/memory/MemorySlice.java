package io.polestar.storage.memory;

import io.polestar.storage.LogSlice;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Batches of a memory log; they live as long as anybody refers to them. */
final class MemorySlice implements LogSlice {

    private final List<ByteBuffer> regions;
    private final long nextOffset;
    private final AtomicBoolean released = new AtomicBoolean();

    MemorySlice(List<MemoryBatch> batches, long offset) {
        this.regions = batches.stream().map(batch -> batch.bytes().duplicate()).toList();
        this.nextOffset =
                batches.isEmpty() ? offset : batches.get(batches.size() - 1).lastOffset() + 1;
    }

    @Override
    public int sizeInBytes() {
        return regions.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public List<ByteBuffer> regions() {
        return regions;
    }

    @Override
    public void release() {
        if (!released.compareAndSet(false, true)) {
            throw new IllegalStateException("released twice");
        }
    }
}
