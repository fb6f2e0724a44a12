package io.polestar.broker.hub.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.topic.OffsetRange;
import java.util.BitSet;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ReferredTest {
    private static final SourceId SOURCE = new SourceId(new Uuid(1, 2), 3);

    /** A batch with the source's offsets 100 to 109 that begins at 50 in the view. */
    private static Referred referred(Kept kept) {
        return Referred.of(new Reference(SOURCE, 0, 100, kept), 50);
    }

    @Test
    void shouldKnowWhereInTheViewOffsetsOfTheSourceAre() {
        Referred whole = referred(Kept.all(10));
        assertEquals(new OffsetRange(50, 60), whole.within(new OffsetRange(0, 1_000)));
        assertEquals(new OffsetRange(52, 55), whole.within(new OffsetRange(102, 105)));
        assertTrue(whole.within(new OffsetRange(0, 100)).isEmpty());
        assertTrue(whole.within(new OffsetRange(110, 120)).isEmpty());
    }

    @Test
    void shouldCountOnlyWhatTheViewShows() {
        BitSet some = new BitSet();
        some.set(1);
        some.set(4);
        some.set(9);
        Referred filtered = referred(Kept.of(10, some));
        assertEquals(new OffsetRange(50, 53), filtered.within(new OffsetRange(100, 110)));
        assertEquals(new OffsetRange(51, 52), filtered.within(new OffsetRange(102, 109)));
        assertTrue(filtered.within(new OffsetRange(102, 104)).isEmpty());
    }
}
