package io.polestar.broker.hub.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class ReferenceTest {
    private static final SourceId SOURCE = new SourceId(Uuid.randomUuid(), 7);

    private static RecordBatch batch(Reference reference, long maxTimestampMs) {
        return reference.toRecords(maxTimestampMs).batches().iterator().next();
    }

    @Test
    void shouldComeBackFromItsBatchAndTakeAsManyOffsetsAsItShows() {
        Random random = new Random(5);
        for (int span : new int[] {1, 2, 63, 64, 65, 1000}) {
            BitSet some = new BitSet();
            IntStream.range(0, span).filter(i -> random.nextBoolean()).forEach(some::set);
            some.set(span - 1);
            for (Kept kept : List.of(Kept.all(span), Kept.of(span, some))) {
                Reference reference = new Reference(SOURCE, 3, 1L << 40, kept);
                RecordBatch batch = batch(reference, 1234);
                batch.ensureValid();
                assertEquals(Optional.of(reference), Reference.in(batch));
                assertEquals(kept.count(), batch.lastOffset() - batch.baseOffset() + 1);
                assertEquals(1234, batch.maxTimestamp());
                assertEquals((1L << 40) + span - 1, reference.lastOffset());
            }
        }
    }

    @Test
    void shouldTakeLittleRoom() {
        assertTrue(new Reference(SOURCE, 3, 1L << 40, Kept.all(1_000_000))
                        .toRecords(System.currentTimeMillis())
                        .sizeInBytes()
                <= 120);
    }

    @Test
    void shouldKnowAllFromSome() {
        BitSet all = new BitSet();
        all.set(0, 10);
        assertTrue(Kept.of(10, all).isAll());
        assertFalse(Kept.of(11, all).isAll());
        assertEquals(9, Kept.all(10).next(9));
        assertEquals(-1, Kept.all(10).next(10));
        assertEquals(-1, Kept.of(11, all).next(10));
    }

    @Test
    void shouldPassOverWhatIsNoReference() {
        for (byte[] value : new byte[][] {{}, {1, 2, 3}, {9}, new byte[100]}) {
            MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, null, value));
            assertEquals(
                    Optional.empty(), Reference.in(records.batches().iterator().next()));
        }
        MemoryRecords without =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, (ByteBuffer) null, null));
        assertEquals(Optional.empty(), Reference.in(without.batches().iterator().next()));
    }
}
