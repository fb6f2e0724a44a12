package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class CopyBlocksTest {

    private final CopyBlocks blocks = new CopyBlocks(1);

    private CopyBlocks.Block fill(int bytes) {
        CopyBlocks.Block block = blocks.withRoomFor(bytes);
        block.hold();
        block.memory().position(block.memory().position() + bytes);
        return block;
    }

    @Test
    void shouldPutWhatManySlicesCopyIntoOneBlock() {
        CopyBlocks.Block first = fill(100);

        assertSame(first, fill(200));

        assertEquals(300, first.memory().position());
    }

    @Test
    void shouldBeginAnotherBlockWhenThereIsNoRoom() {
        CopyBlocks.Block first = fill(CopyBlocks.BLOCK_BYTES - 10);

        CopyBlocks.Block second = fill(11);

        assertNotSame(first, second);
        assertEquals(11, second.memory().position());
    }

    @Test
    void shouldBeginABlockAnewWhenNobodyHoldsIt() {
        CopyBlocks.Block first = fill(100);
        first.release();

        assertSame(first, fill(CopyBlocks.BLOCK_BYTES));
        assertEquals(CopyBlocks.BLOCK_BYTES, first.memory().position());
    }

    @Test
    void shouldUseTheMemoryOfABlockAgainThatAllLetGoOf() {
        CopyBlocks.Block first = fill(CopyBlocks.BLOCK_BYTES);
        ByteBuffer memory = first.memory();
        CopyBlocks.Block second = fill(CopyBlocks.BLOCK_BYTES);
        first.release();

        CopyBlocks.Block third = fill(1);

        assertNotSame(memory, second.memory());
        assertSame(memory, third.memory());
    }
}
