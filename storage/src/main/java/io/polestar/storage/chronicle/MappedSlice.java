package io.polestar.storage.chronicle;

import io.polestar.storage.LogSlice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Batches in mapped segments; holds their chunks until it is released. Runs of small batches are copied into one region
 * each, since a region costs whoever sends it more than the copy. Filled by one thread, then read only.
 */
final class MappedSlice implements LogSlice {

    /** A batch below this size is copied. */
    static final int COPIED_BELOW_BYTES = 1024;

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
    private final List<CopyBlocks.Block> blocks = new ArrayList<>(2);
    private int runStart;
    private int sizeInBytes;
    private long nextOffset;
    private boolean released;

    MappedSlice(long offset) {
        this.nextOffset = offset;
    }

    /** Adds the batch at which the walk stands. */
    void add(SegmentWalk walk, long newNextOffset) {
        if (walk.batchBytes() < COPIED_BELOW_BYTES) {
            copy(walk);
        } else {
            endRun();
            hold(walk.chunk());
            regions.add(walk.batchSlice());
        }
        sizeInBytes += walk.batchBytes();
        nextOffset = newNextOffset;
    }

    private void hold(MappedChunk chunk) {
        if (chunks.isEmpty() || chunks.get(chunks.size() - 1) != chunk) {
            chunk.tryHold();
            chunks.add(chunk);
        }
    }

    private void copy(SegmentWalk walk) {
        int batchBytes = walk.batchBytes();
        ByteBuffer memory = blockFor(batchBytes).memory();
        memory.put(memory.position(), walk.memory(), walk.batch(), batchBytes);
        memory.position(memory.position() + batchBytes);
    }

    private CopyBlocks.Block blockFor(int bytes) {
        // While the slice holds its block, that block is not rewound, so that a run goes on where it was.
        CopyBlocks.Block block = CopyBlocks.INSTANCE.withRoomFor(bytes);
        if (blocks.isEmpty() || lastBlock() != block) {
            endRun();
            block.hold();
            blocks.add(block);
            runStart = block.memory().position();
        }
        return block;
    }

    private CopyBlocks.Block lastBlock() {
        return blocks.get(blocks.size() - 1);
    }

    /** To be called when the last batch was added; until then no other slice is made on this thread. */
    MappedSlice finish() {
        endRun();
        return this;
    }

    private void endRun() {
        if (!blocks.isEmpty() && lastBlock().memory().position() > runStart) {
            ByteBuffer memory = lastBlock().memory();
            int runEnd = memory.position();
            regions.add(memory.slice(runStart, runEnd - runStart).asReadOnlyBuffer());
            runStart = runEnd;
        }
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
        blocks.forEach(CopyBlocks.Block::release);
    }
}
