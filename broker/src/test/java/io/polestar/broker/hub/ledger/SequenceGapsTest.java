package io.polestar.broker.hub.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.broker.topic.LossListener;
import io.polestar.broker.topic.ProducerProgress;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class SequenceGapsTest {
    private static final TopicPartition PARTITION = new TopicPartition("weather", 0);
    private static final long PRODUCER = 4711;
    private static final long LATER_MS = SequenceGaps.PATIENCE_MS;

    private List<ProducerProgress> stored = List.of();
    private final SequenceGaps gaps = new SequenceGaps(partition -> stored);

    private void storedUpTo(int epoch, int lastSequence) {
        stored = List.of(new ProducerProgress(PRODUCER, (short) epoch, lastSequence, 100, List.of()));
    }

    private void refused(int baseSequence) {
        gaps.note(new LossListener.Refusal(
                PARTITION,
                Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "sensor",
                new LossListener.RefusedBatch(1, PRODUCER, (short) 0, baseSequence),
                true,
                0));
    }

    @Test
    void shouldNameTheSequencesThatNeverCame() {
        storedUpTo(0, 4);
        refused(8);
        refused(9);
        assertEquals(List.of(), gaps.settle(LATER_MS - 1));
        List<LedgerEntry> left = gaps.settle(LATER_MS);
        assertEquals(1, left.size());
        assertEquals(
                new LedgerEntry.Sequences(PRODUCER, (short) 0, 5, 7),
                left.get(0).sequences());
        assertEquals(3, left.get(0).records());
        assertEquals("sensor", left.get(0).by());
        assertEquals(List.of(), gaps.settle(LATER_MS));
    }

    @Test
    void shouldSayNothingWhenTheyCameAfterAll() {
        storedUpTo(0, 4);
        refused(8);
        storedUpTo(0, 7);
        assertEquals(List.of(), gaps.settle(LATER_MS));
    }

    @Test
    void shouldSayNothingWhenTheProducerNumbersAnewInANewEpoch() {
        storedUpTo(0, 4);
        refused(8);
        storedUpTo(1, 0);
        assertEquals(List.of(), gaps.settle(LATER_MS));
    }

    @Test
    void shouldSayNothingOfAProducerThatIsNotKnownAnyMore() {
        storedUpTo(0, 4);
        refused(8);
        stored = List.of();
        assertEquals(List.of(), gaps.settle(LATER_MS));
    }
}
