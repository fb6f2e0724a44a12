package io.polestar.storage.chronicle;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Blocks of direct memory that slices borrow for copies of small batches. Safe for use from any thread. */
final class CopyBlocks {

    static final int BLOCK_BYTES = 64 << 10;

    /** One for the process; what is given back beyond these is left to the collector. */
    static final CopyBlocks INSTANCE = new CopyBlocks(256);

    private final int kept;
    private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger freeCount = new AtomicInteger();

    CopyBlocks(int kept) {
        this.kept = kept;
    }

    ByteBuffer take() {
        ByteBuffer block = free.poll();
        if (block == null) {
            return ByteBuffer.allocateDirect(BLOCK_BYTES);
        }
        freeCount.decrementAndGet();
        return block.clear();
    }

    void giveBack(ByteBuffer block) {
        if (freeCount.incrementAndGet() <= kept) {
            free.offer(block);
        } else {
            freeCount.decrementAndGet();
        }
    }
}
