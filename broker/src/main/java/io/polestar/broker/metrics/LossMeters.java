package io.polestar.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.polestar.broker.topic.LossListener;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what was removed, and who came too late for it. Safe for use from any thread. */
public final class LossMeters implements LossListener {
    private static final Logger log = LoggerFactory.getLogger(LossMeters.class);

    private final Map<Cause, Counter> removed = new EnumMap<>(Cause.class);
    private final Counter readsBelowStart;

    public LossMeters(MeterRegistry registry) {
        for (Cause cause : Cause.values()) {
            removed.put(
                    cause,
                    Counter.builder("polestar.log.removed.offsets")
                            .description("Offsets that were removed from the front of logs")
                            .tag("cause", name(cause))
                            .register(registry));
        }
        readsBelowStart = Counter.builder("polestar.fetch.below.start")
                .description("Fetches of offsets that are no longer there")
                .register(registry);
    }

    private static String name(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void onRemoved(TopicPartition topicPartition, long fromOffset, long toOffset, Cause cause) {
        removed.get(cause).increment(toOffset - fromOffset);
        log.info(
                "partition={} event=removed cause={} from_offset={} to_offset={}",
                topicPartition,
                name(cause),
                fromOffset,
                toOffset);
    }

    @Override
    public void onReadBelowStart(TopicPartition topicPartition, long offset, long startOffset, String clientId) {
        readsBelowStart.increment();
        log.warn(
                "partition={} event=read_below_start client_id={} offset={} start_offset={} missed={}",
                topicPartition,
                clientId,
                offset,
                startOffset,
                startOffset - offset);
    }
}
