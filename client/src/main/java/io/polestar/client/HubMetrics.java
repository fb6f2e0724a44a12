package io.polestar.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What a hub's publishers and consumers measure, as numbers here and as meters whose names begin with {@code
 * polestar.client.} in a Micrometer registry. Any thread.
 */
public final class HubMetrics {
    static final String PREFIX = "polestar.client.";
    static final double[] PERCENTILES = {0.5, 0.9, 0.99, 0.999};

    private final MeterRegistry registry;
    private final Set<DoubleSupplier> queues = ConcurrentHashMap.newKeySet();
    private final Set<LongSupplier> inFlight = ConcurrentHashMap.newKeySet();
    private final Set<LongSupplier> lags = ConcurrentHashMap.newKeySet();
    private final Counter reconnects;

    HubMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.reconnects = registry.counter(PREFIX + "reconnects");
    }

    PublisherMeters publisher(String name, PublishQueue queue) {
        return new PublisherMeters(this, name, queue);
    }

    void reconnected() {
        reconnects.increment();
    }

    void addQueue(DoubleSupplier fill) {
        queues.add(fill);
    }

    void addInFlight(LongSupplier count) {
        inFlight.add(count);
    }

    void addLag(LongSupplier records) {
        lags.add(records);
    }

    void forget(DoubleSupplier fill, LongSupplier count, LongSupplier lag) {
        queues.remove(fill);
        inFlight.remove(count);
        lags.remove(lag);
    }

    /** How full the fullest queue of the hub's publishers and consumers is: 0 to 1. */
    public double queueCapacity() {
        return queues.stream().mapToDouble(DoubleSupplier::getAsDouble).max().orElse(0);
    }

    /** Messages that are being sent, and those that handlers are at work on. */
    public long inFlight() {
        return inFlight.stream().mapToLong(LongSupplier::getAsLong).sum();
    }

    /** Records that the consumers have not handled yet, of the partitions that they have. */
    public long lag() {
        return lags.stream().mapToLong(LongSupplier::getAsLong).sum();
    }

    /** How often the connection to the broker was lost and found again. */
    public long reconnects() {
        return (long) reconnects.count();
    }

    /** How many messages failed, by the name of the exception's class; drops and refusals are among them. */
    public Map<String, Long> errors() {
        Map<String, Long> byKind = new TreeMap<>();
        registry.find(PREFIX + "errors")
                .counters()
                .forEach(counter -> byKind.merge(counter.getId().getTag("kind"), (long) counter.count(), Long::sum));
        return byKind;
    }

    /** How many messages were dropped from full queues. */
    public long dropped() {
        return (long) registry.find(PREFIX + "dropped").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** From {@code publish} to the acknowledgement, of the slowest publisher: 0.5, 0.9, 0.99 or 0.999 of its messages took no longer. */
    public Duration publishLatency(double percentile) {
        return latency("publish.latency", percentile);
    }

    /** What one call of a handler took, of the slowest consumer. */
    public Duration handleLatency(double percentile) {
        return latency("handle.latency", percentile);
    }

    /** From the record's timestamp to the end of its handling, of the slowest consumer. */
    public Duration endToEndLatency(double percentile) {
        return latency("end.to.end.latency", percentile);
    }

    private Duration latency(String name, double percentile) {
        if (Arrays.stream(PERCENTILES).noneMatch(one -> one == percentile)) {
            throw new IllegalArgumentException(
                    "percentile " + percentile + " is not measured; these are: " + Arrays.toString(PERCENTILES));
        }
        Collection<Timer> timers = registry.find(PREFIX + name).timers();
        return timers.stream()
                .flatMap(timer -> Arrays.stream(timer.takeSnapshot().percentileValues()))
                .filter(value -> value.percentile() == percentile)
                .map(HubMetrics::duration)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private static Duration duration(ValueAtPercentile value) {
        return Duration.ofNanos((long) value.value(TimeUnit.NANOSECONDS));
    }

    /** Where the meters are; the hub's own if it was given none. */
    public MeterRegistry registry() {
        return registry;
    }

    Timer timer(String name, String client) {
        return Timer.builder(PREFIX + name)
                .tag("client", client)
                .publishPercentiles(PERCENTILES)
                .register(registry);
    }
}
