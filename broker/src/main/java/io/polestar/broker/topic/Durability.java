package io.polestar.broker.topic;

import io.polestar.broker.PolestarTopicConfigs;
import java.util.Locale;
import org.apache.kafka.storage.internals.log.LogConfig;

/** When a record counts as committed; {@code polestar.durability}. What each survives stands in docs/DURABILITY.md. */
public enum Durability {
    /** In the page cache: survives the end of the process. */
    OS,
    /** On the device: survives a power cut. */
    SYNC,
    /** In the page cache, and on the device within {@code polestar.durability.interval.ms}. */
    INTERVAL;

    /** The mode of a topic; the definition of its configs refuses anything else. */
    static Durability of(LogConfig config) {
        Object value = config.originals().get(PolestarTopicConfigs.DURABILITY);
        return value == null ? OS : valueOf(value.toString().toUpperCase(Locale.ROOT));
    }

    /** How long a record of a topic may stay in the page cache alone where the mode is {@link #INTERVAL}, in milliseconds. */
    static long intervalMs(LogConfig config) {
        Object value = config.originals().get(PolestarTopicConfigs.DURABILITY_INTERVAL_MS);
        return value == null ? PolestarTopicConfigs.DURABILITY_INTERVAL_MS_DEFAULT : Long.parseLong(value.toString());
    }

    /** As it is written in a config. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
