package io.polestar.storage.chronicle;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Blocks of direct memory into which slices copy small batches. Each thread fills one block after the other, for all the
 * slices it makes, so that a read of ten thousand partitions takes as much memory as its batches. Safe for use from any thread.
 */
final class CopyBlocks {

    static final int BLOCK_BYTES = 64 << 10;

    /** One for the process; what is given back beyond these is left to the collector. */
    static final CopyBlocks INSTANCE = new CopyBlocks(256);

    private final int kept;
    private final ThreadLocal<Block> filling = new ThreadLocal<>();
    private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger freeCount = new AtomicInteger();

    CopyBlocks(int kept) {
        this.kept = kept;
    }

    /** The block that this thread fills, with room for so many bytes at its memory's position. */
    Block withRoomFor(int bytes) {
        Block block = filling.get();
        if (block != null) {
            block.rewindIfUnused();
            if (block.memory.remaining() >= bytes) {
                return block;
            }
            block.release();
        }
        block = new Block(take());
        filling.set(block);
        return block;
    }

    private ByteBuffer take() {
        ByteBuffer memory = free.poll();
        if (memory == null) {
            return ByteBuffer.allocateDirect(BLOCK_BYTES);
        }
        freeCount.decrementAndGet();
        return memory.clear();
    }

    private void giveBack(ByteBuffer memory) {
        if (freeCount.incrementAndGet() <= kept) {
            free.offer(memory);
        } else {
            freeCount.decrementAndGet();
        }
    }

    /** Filled by one thread, which alone takes new holds; given back when that thread and every slice let go of it. */
    final class Block {
        private final ByteBuffer memory;
        private final AtomicInteger holders = new AtomicInteger(1);

        private Block(ByteBuffer memory) {
            this.memory = memory;
        }

        ByteBuffer memory() {
            return memory;
        }

        void hold() {
            holders.incrementAndGet();
        }

        void release() {
            if (holders.decrementAndGet() == 0) {
                giveBack(memory);
            }
        }

        private void rewindIfUnused() {
            if (holders.get() == 1) {
                memory.clear();
            }
        }
    }
}
