package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OffsetRangeTest {

    private static OffsetRange range(long from, long to) {
        return new OffsetRange(from, to);
    }

    @Test
    void shouldLeaveWhatIsInNoOther() {
        OffsetRange range = range(10, 20);
        assertEquals(List.of(range), range.without(List.of()));
        assertEquals(List.of(range), range.without(List.of(range(0, 10), range(20, 30))));
        assertEquals(List.of(), range.without(List.of(range(10, 20))));
        assertEquals(List.of(), range.without(List.of(range(15, 30), range(0, 15))));
        assertEquals(List.of(range(10, 12), range(13, 18)), range.without(List.of(range(12, 13), range(18, 40))));
        assertEquals(List.of(), range(7, 7).without(List.of()));
    }

    @Test
    void shouldAgreeWithSetsOfOffsets() {
        Random random = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            OffsetRange range = any(random);
            List<OffsetRange> others = List.of(any(random), any(random), any(random));
            List<Long> expected = new ArrayList<>(offsets(List.of(range)));
            expected.removeAll(offsets(others));
            assertEquals(expected, offsets(range.without(others)));
        }
    }

    private static OffsetRange any(Random random) {
        long from = random.nextInt(30);
        return range(from, from + random.nextInt(10));
    }

    private static List<Long> offsets(List<OffsetRange> ranges) {
        return ranges.stream()
                .flatMap(range -> LongStream.range(range.from(), range.to()).boxed())
                .toList();
    }
}
