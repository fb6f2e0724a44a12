package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.DynamicThreadPool;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/** Whether a running broker may go from some settings to others, by Kafka's rules. Stateless. */
final class ReconfigurationRules {
    private ReconfigurationRules() {}

    /** @throws RuntimeException that says what is wrong */
    static void check(BrokerConfig now, BrokerConfig then) {
        new ShareGroupConfig(then);
        new GroupCoordinatorConfig(then);
        checkConnections(then);
        try {
            DynamicThreadPool.validateReconfiguration(now, then);
            checkCleaner(new CleanerConfig(now).numThreads, new CleanerConfig(then).numThreads);
        } catch (ConfigException e) {
            // Kafka's words for it, as clients may look for them.
            throw new ConfigException("Invalid dynamic configuration", e);
        }
    }

    private static void checkConnections(BrokerConfig then) {
        String name = SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG;
        String value = then.getString(name);
        try {
            AbstractKafkaConfig.getMap(name, value).values().forEach(Integer::parseInt);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(name, value, "A list of address:count pairs is expected: " + e.getMessage());
        }
    }

    private static void checkCleaner(int now, int then) {
        if (then == now) {
            return;
        }
        if (then < 1) {
            throw new ConfigException("Log cleaner threads should be at least 1");
        }
        if (then < now / 2) {
            throw new ConfigException(
                    "Log cleaner threads cannot be reduced to less than half the current value " + now);
        }
        if (then > now * 2) {
            throw new ConfigException(
                    "Log cleaner threads cannot be increased to more than double the current value " + now);
        }
    }
}
