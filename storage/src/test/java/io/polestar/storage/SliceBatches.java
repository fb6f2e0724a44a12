package io.polestar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Takes a slice apart for tests. */
public final class SliceBatches {

    private SliceBatches() {}

    /** The batches one by one, after checking what every slice must keep. */
    public static List<ByteBuffer> of(LogSlice slice) {
        List<ByteBuffer> batches = new ArrayList<>();
        int bytes = 0;
        for (ByteBuffer region : slice.regions()) {
            assertTrue(region.isDirect() && region.isReadOnly() && region.hasRemaining());
            bytes += region.remaining();
            int at = region.position();
            while (at < region.limit()) {
                batches.add(region.slice(at, BatchHeader.sizeInBytes(region, at)));
                at += BatchHeader.sizeInBytes(region, at);
            }
        }
        assertEquals(slice.sizeInBytes(), bytes);
        return batches;
    }
}
