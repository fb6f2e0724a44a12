package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.LossListener;
import io.polestar.broker.topic.ProducerProgress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/**
 * Sequences that an idempotent producer left out: it sent later ones, which were refused for it. Mostly they come a moment
 * later. Those that have not come after longer than a producer tries were given up. Guarded by its own monitor.
 */
final class SequenceGaps {
    /** Longer than a producer's {@code delivery.timeout.ms} by default. */
    static final long PATIENCE_MS = 150_000;

    private static final int MAX_OPEN = 10_000;

    private record Key(TopicPartition topicPartition, long producerId, short epoch) {}

    private record Gap(String clientId, int first, int last, long sinceMs) {}

    private final Map<Key, Gap> open = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Gap> eldest) {
            return size() > MAX_OPEN;
        }
    };

    private final Function<TopicPartition, List<ProducerProgress>> producers;

    /** @param producers how far they are in a partition; nothing where there is none */
    SequenceGaps(Function<TopicPartition, List<ProducerProgress>> producers) {
        this.producers = producers;
    }

    /** A batch was refused because of what lies before it. */
    synchronized void note(LossListener.Refusal refusal) {
        LossListener.RefusedBatch batch = refusal.batch();
        Key key = new Key(refusal.topicPartition(), batch.producerId(), batch.epoch());
        int first = lastStored(key).orElse(-1) + 1;
        if (first < batch.baseSequence()) {
            open.putIfAbsent(key, new Gap(refusal.clientId(), first, batch.baseSequence() - 1, refusal.atMs()));
        }
    }

    /** The last sequence of the epoch; empty if another epoch is the current one, or none is. */
    private Optional<Integer> lastStored(Key key) {
        return progress(key).filter(each -> each.epoch() == key.epoch).map(ProducerProgress::lastSequence);
    }

    private Optional<ProducerProgress> progress(Key key) {
        return producers.apply(key.topicPartition).stream()
                .filter(each -> each.producerId() == key.producerId)
                .findFirst();
    }

    /**
     * Decides what can be decided. With a new epoch a producer numbers anew what it has not given up, so nothing can be said
     * then.
     *
     * @return the gaps that stay
     */
    synchronized List<LedgerEntry> settle(long nowMs) {
        List<LedgerEntry> left = new ArrayList<>();
        open.entrySet().removeIf(each -> {
            Gap gap = each.getValue();
            Optional<Integer> last = lastStored(each.getKey());
            if (last.isEmpty() || last.get() >= gap.first) {
                return true;
            }
            boolean givenUp = nowMs - gap.sinceMs >= PATIENCE_MS;
            if (givenUp) {
                left.add(entry(each.getKey(), gap, nowMs));
            }
            return givenUp;
        });
        return left;
    }

    private static LedgerEntry entry(Key key, Gap gap, long nowMs) {
        LedgerEntry.Sequences sequences = new LedgerEntry.Sequences(key.producerId, key.epoch, gap.first, gap.last);
        return LedgerEntry.neverStored(key.topicPartition, sequences, gap.clientId, gap.sinceMs, nowMs);
    }
}
