package io.polestar.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoLeaksTest {

    @Test
    void shouldReportBufferAndRecordsWhenTheyAreLost() {
        NoLeaks watch = new NoLeaks();
        watch.beforeAll(null);
        loseABufferAndRecords();
        assertEquals(2, watch.leaks().size());
    }

    private static void loseABufferAndRecords() {
        PooledByteBufAllocator.DEFAULT.directBuffer(10).writeByte(1);
        new MappedRecords(List.of(), 0, () -> {});
    }
}
