package io.polestar.broker.config;

import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes of this broker's log levels: at once, and not kept over a restart. Safe for use from any thread. */
public final class LoggerChanges {
    private static final Logger LOG = LoggerFactory.getLogger(LoggerChanges.class);

    private final int nodeId;
    private final LoggerLevels levels;

    public LoggerChanges(int nodeId, LoggerLevels levels) {
        this.nodeId = nodeId;
        this.levels = levels;
    }

    /** @throws org.apache.kafka.common.errors.ApiException if one of them is not possible; none was made then */
    public void apply(String node, List<ConfigChange> changes, boolean validateOnly) {
        ConfigChecks.checkForm(changes);
        NodeIds.require(nodeId, node);
        changes.forEach(this::check);
        if (!validateOnly) {
            changes.forEach(this::make);
        }
    }

    private void check(ConfigChange change) {
        switch (change.operation()) {
            case SET -> {
                requireLogger(change.name());
                requireLevel(change);
            }
            case DELETE -> {
                requireLogger(change.name());
                if (change.name().equals(LoggerLevels.ROOT)) {
                    throw new InvalidRequestException("The root logger must keep a level");
                }
            }
            default ->
                throw new InvalidRequestException(
                        change.operation() + " operation is not allowed for the BROKER_LOGGER resource");
        }
    }

    private void requireLogger(String name) {
        if (!levels.all().containsKey(name)) {
            throw new InvalidConfigurationException("Logger " + name + " does not exist!");
        }
    }

    private static void requireLevel(ConfigChange change) {
        if (!LoggerLevels.LEVELS.contains(change.value())) {
            throw new InvalidConfigurationException("Cannot set the log level of " + change.name() + " to "
                    + change.value() + ": the levels are " + String.join(", ", new TreeSet<>(LoggerLevels.LEVELS)));
        }
    }

    private void make(ConfigChange change) {
        switch (change.operation()) {
            case SET -> levels.set(change.name(), change.value());
            default -> levels.unset(change.name());
        }
        LOG.warn("logger={} event=level_changed level={}", change.name(), change.value());
    }
}
