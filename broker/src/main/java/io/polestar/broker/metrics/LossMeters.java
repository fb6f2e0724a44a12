package io.polestar.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.polestar.broker.topic.LossListener;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what was removed, and who came too late for it. Safe for use from any thread. */
public final class LossMeters implements LossListener {
    private static final Logger log = LoggerFactory.getLogger(LossMeters.class);
    private static final int MOST_LOGGED = 1000;

    private final Map<Cause, Counter> removed = new EnumMap<>(Cause.class);
    private final Counter lateReads;

    /** Who was logged for what, the latest of them. */
    private final Set<List<Object>> logged = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, Boolean> eldest) {
            return size() > MOST_LOGGED;
        }
    });

    public LossMeters(MeterRegistry registry) {
        for (Cause cause : Cause.values()) {
            removed.put(
                    cause,
                    Counter.builder("polestar.log.removed.offsets")
                            .description("Offsets that were removed from the front of logs")
                            .tag("cause", name(cause))
                            .register(registry));
        }
        lateReads = Counter.builder("polestar.fetch.below.start")
                .description("Fetches of offsets that are no longer there")
                .register(registry);
    }

    private static String name(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void onRemoved(Removal removal) {
        removed.get(removal.cause()).increment(removal.toOffset() - removal.fromOffset());
        log.info(
                "partition={} event=removed cause={} from_offset={} to_offset={}",
                removal.topicPartition(),
                name(removal.cause()),
                removal.fromOffset(),
                removal.toOffset());
    }

    @Override
    public void onLateRead(LateRead read) {
        lateReads.increment();
        if (isNews(read)) {
            log.warn(
                    "partition={} event=read_below_start client_id={} offset={} start_offset={} missed={}",
                    read.topicPartition(),
                    read.clientId(),
                    read.offset(),
                    read.startOffset(),
                    read.startOffset() - read.offset());
        }
    }

    /** A client without a reset policy asks for the same offset over and over. */
    private synchronized boolean isNews(LateRead read) {
        return logged.add(List.of(read.topicPartition(), read.clientId(), read.offset()));
    }
}
