package io.polestar.broker.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.BrokerConfig;
import java.util.Map;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

class ConfigSchemasTest {

    @Test
    void shouldGiveTopicsKafkasDefaultsWhenNothingIsSet() {
        LogConfig topic = new LogConfig(ConfigSchemas.topicDefaults(BrokerConfig.of(Map.of())));

        assertEquals(new LogConfig(Map.of()).retentionMs, topic.retentionMs);
        assertEquals(new LogConfig(Map.of()).segmentSize(), topic.segmentSize());
        assertEquals(new LogConfig(Map.of()).delete, topic.delete);
    }

    @Test
    void shouldConvertTheBrokersUnits() {
        LogConfig topic = new LogConfig(ConfigSchemas.topicDefaults(BrokerConfig.of(Map.of(
                "log.retention.hours", "2",
                "log.roll.hours", "3",
                "log.cleanup.policy", "compact,delete"))));

        assertEquals(2 * 3_600_000L, topic.retentionMs);
        assertEquals(3 * 3_600_000L, topic.segmentMs);
        assertTrue(topic.compact && topic.delete);
    }

    @Test
    void shouldPreferTheFinerUnit() {
        Map<String, Object> defaults = ConfigSchemas.topicDefaults(
                BrokerConfig.of(Map.of("log.retention.hours", "2", "log.retention.ms", "5")));

        assertEquals("5", defaults.get("retention.ms"));
    }
}
