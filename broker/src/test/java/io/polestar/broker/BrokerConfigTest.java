package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {

    @Test
    void shouldTakeTheLastLayersValueUnderWhicheverNameItIsGiven() {
        BrokerConfig config = BrokerConfig.of(Map.of(ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG, "5"));

        BrokerConfig overridden = config.overriddenBy(List.of(
                Map.of(ServerConfigs.NUM_IO_THREADS_CONFIG, "3", "of.some.plugin", "x"),
                Map.of(ServerLogConfigs.LOG_RETENTION_TIME_HOURS_CONFIG, "2")));

        assertEquals(3, overridden.getInt(ServerConfigs.NUM_IO_THREADS_CONFIG));
        assertEquals(2, overridden.getInt(ServerLogConfigs.LOG_RETENTION_TIME_HOURS_CONFIG));
        assertEquals(null, overridden.getLong(ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG));
        assertEquals(5, config.getLong(ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG));
        assertThrows(
                ConfigException.class,
                () -> config.overriddenBy(List.of(Map.of(ServerConfigs.NUM_IO_THREADS_CONFIG, "many"))));
    }

    @Test
    void shouldFollowOnlyWhatKafkasCoordinatorsAskAnew() {
        BrokerConfig config = BrokerConfig.of(Map.of());
        GroupCoordinatorConfig groups = new GroupCoordinatorConfig(config);

        config.follow(config.overriddenBy(List.of(Map.of(
                GroupCoordinatorConfig.CONSUMER_GROUP_ASSIGNMENT_INTERVAL_MS_CONFIG,
                "700",
                ServerConfigs.NUM_IO_THREADS_CONFIG,
                "3"))));

        assertEquals(700, groups.consumerGroupAssignmentIntervalMs());
        assertEquals(8, config.getInt(ServerConfigs.NUM_IO_THREADS_CONFIG));
    }
}
