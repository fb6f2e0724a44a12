package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.DynamicThreadPool;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/**
 * Whether a running broker may go from some settings to others, by Kafka's rules; what does not change is not looked at. For
 * one change.
 */
final class ReconfigurationRules {
    private static final long LEAST_DEDUPE_BYTES_OF_A_THREAD = 1 << 20;

    private final BrokerConfig now;
    private final BrokerConfig then;

    private ReconfigurationRules(BrokerConfig now, BrokerConfig then) {
        this.now = now;
        this.then = then;
    }

    /** @throws RuntimeException that says what is wrong */
    static void check(BrokerConfig now, BrokerConfig then) {
        ReconfigurationRules rules = new ReconfigurationRules(now, then);
        rules.checkSettings();
        try {
            rules.checkSteps();
        } catch (ConfigException e) {
            // Kafka's words for it, as clients may look for them.
            throw new ConfigException("Invalid dynamic configuration", e);
        }
    }

    /** What would not be accepted at a start either. */
    private void checkSettings() {
        new ShareGroupConfig(then);
        new GroupCoordinatorConfig(then);
        if (changes(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP, CleanerConfig.LOG_CLEANER_THREADS_PROP)) {
            checkCleanerMemory(new CleanerConfig(then));
        }
        if (changes(
                ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG,
                ServerLogConfigs.LOG_RETENTION_TIME_MINUTES_CONFIG,
                ServerLogConfigs.LOG_RETENTION_TIME_HOURS_CONFIG)) {
            require(retentionIsNotZero(), "log.retention.ms must be unlimited (-1) or, greater than or equal to 1");
        }
        if (changes(
                SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG,
                SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG)) {
            checkConnectionsPerIp();
        }
    }

    private boolean changes(String... names) {
        return Stream.of(names)
                .anyMatch(name ->
                        !Objects.equals(now.values().get(name), then.values().get(name)));
    }

    private static void require(boolean allowed, String otherwise) {
        if (!allowed) {
            throw new ConfigException(otherwise);
        }
    }

    private static void checkCleanerMemory(CleanerConfig cleaner) {
        require(cleaner.numThreads > 0, "Log cleaner threads should be at least 1");
        require(
                cleaner.dedupeBufferSize / cleaner.numThreads > LEAST_DEDUPE_BYTES_OF_A_THREAD,
                "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.");
    }

    private boolean retentionIsNotZero() {
        Stream<Number> inOrder = Stream.of(
                then.getLong(ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG),
                then.getInt(ServerLogConfigs.LOG_RETENTION_TIME_MINUTES_CONFIG),
                then.getInt(ServerLogConfigs.LOG_RETENTION_TIME_HOURS_CONFIG));
        return inOrder.filter(Objects::nonNull).findFirst().orElse(-1).longValue() != 0;
    }

    private void checkConnectionsPerIp() {
        String name = SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG;
        String value = then.getString(name);
        Map<String, String> overrides = AbstractKafkaConfig.getMap(name, value);
        try {
            overrides.values().forEach(Integer::parseInt);
        } catch (NumberFormatException e) {
            throw new ConfigException(name, value, "A list of address:count pairs is expected: " + e.getMessage());
        }
        require(
                then.getInt(SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG) != 0 || !overrides.isEmpty(),
                SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG + " can be set to zero only if " + name + " is set.");
    }

    /** What would be too large a step, or is not possible while the broker runs. */
    private void checkSteps() {
        DynamicThreadPool.validateReconfiguration(now, then);
        checkThreads("Log cleaner threads", CleanerConfig.LOG_CLEANER_THREADS_PROP, now.values(), then.values());
        checkThreads("Network threads", SocketServerConfigs.NUM_NETWORK_THREADS_CONFIG, now.values(), then.values());
        checkListener(now.values(), then.values());
        for (String listener : listeners()) {
            String prefix = new ListenerName(listener).configPrefix();
            checkListener(now.valuesWithPrefixOverride(prefix), then.valuesWithPrefixOverride(prefix));
        }
        if (changes(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG)) {
            then.getList(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG).forEach(ReconfigurationRules::requireReporter);
        }
        List<String> directories = then.logDirs();
        if (changes(ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG)) {
            require(
                    directories.containsAll(then.cordonedLogDirs()),
                    "All cordoned log dirs must be entries of log.dirs or log.dir.");
        }
    }

    private static void requireReporter(String className) {
        try {
            Utils.loadClass(className, MetricsReporter.class).getConstructor();
        } catch (ReflectiveOperationException e) {
            throw new ConfigException(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG, className, e.toString());
        }
    }

    private List<String> listeners() {
        return AbstractKafkaConfig.listenerListToEndPoints(
                        then.getList(SocketServerConfigs.LISTENERS_CONFIG), then.effectiveListenerSecurityProtocolMap())
                .stream()
                .map(endpoint -> endpoint.listener())
                .toList();
    }

    private static void checkListener(Map<String, ?> now, Map<String, ?> then) {
        checkThreads("Network threads", SocketServerConfigs.NUM_NETWORK_THREADS_CONFIG, now, then);
        checkPositive(SocketServerConfigs.MAX_CONNECTIONS_CONFIG, now, then);
        checkPositive(SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG, now, then);
    }

    private static void checkPositive(String name, Map<String, ?> now, Map<String, ?> then) {
        if (!Objects.equals(now.get(name), then.get(name))) {
            require((Integer) then.get(name) > 0, "Invalid " + name + " " + then.get(name));
        }
    }

    private static void checkThreads(String what, String name, Map<String, ?> now, Map<String, ?> then) {
        int before = (Integer) now.get(name);
        int after = (Integer) then.get(name);
        if (after != before) {
            require(after >= 1, what + " should be at least 1");
            require(after >= before / 2, what + " cannot be reduced to less than half the current value " + before);
            require(after <= before * 2, what + " cannot be increased to more than double the current value " + before);
        }
    }
}
