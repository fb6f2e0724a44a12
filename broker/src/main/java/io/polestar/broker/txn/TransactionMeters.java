package io.polestar.broker.txn;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;

/** Counts what becomes of transactions. Safe for use from any thread. */
final class TransactionMeters {
    private final Map<TransactionResult, Timer> ended = new EnumMap<>(TransactionResult.class);
    private final Counter timedOut;
    private final Counter fenced;
    private final Counter expired;
    private final MeterRegistry registry;

    TransactionMeters(MeterRegistry registry) {
        this.registry = registry;
        for (TransactionResult result : TransactionResult.values()) {
            ended.put(
                    result,
                    Timer.builder("polestar.transactions.ended")
                            .description("Transactions whose markers are all written, from their first partition on")
                            .tag("result", result.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        timedOut = counter("polestar.transactions.timed.out", "Transactions aborted since their timeout was over");
        fenced = counter("polestar.transactions.fenced", "Requests refused because a newer producer has the id");
        expired = counter("polestar.transactional.ids.expired", "Transactional ids removed since nobody used them");
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /** @param count how many ids are in a state when it is asked */
    void countStates(ToLongFunction<TransactionState> count) {
        for (TransactionState state : TransactionState.values()) {
            if (state != TransactionState.DEAD && state != TransactionState.PREPARE_EPOCH_FENCE) {
                Gauge.builder("polestar.transactional.ids", state, count::applyAsLong)
                        .description("Transactional ids by the state of their last transaction")
                        .tag("state", state.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
        }
    }

    /** @param count how many partitions have a transaction open for longer than any may be, when it is asked */
    void countLate(LongSupplier count) {
        Gauge.builder("polestar.partitions.late.transactions", count, LongSupplier::getAsLong)
                .description(
                        "Partitions with a transaction open for longer than transaction.max.timeout.ms and 5 minutes")
                .strongReference(true)
                .register(registry);
    }

    void ended(TransactionResult result, TxnTransitMetadata state) {
        long durationMs = Math.max(0, state.txnLastUpdateTimestamp() - state.txnStartTimestamp());
        ended.get(result).record(Duration.ofMillis(durationMs));
    }

    void timedOut() {
        timedOut.increment();
    }

    void fenced() {
        fenced.increment();
    }

    void expired(int ids) {
        expired.increment(ids);
    }
}
