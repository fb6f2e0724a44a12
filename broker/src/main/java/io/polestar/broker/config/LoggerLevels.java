package io.polestar.broker.config;

import java.util.Map;
import java.util.Set;

/** The levels of the broker's loggers at run time. Safe for use from any thread. */
public interface LoggerLevels {

    /** What the root logger is called. */
    String ROOT = "root";

    /** The levels there are, as Kafka's clients name them. */
    Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");

    /** The level in force, by logger. */
    Map<String, String> all();

    /** Gives a logger a level of its own. */
    void set(String logger, String level);

    /** Takes a logger's own level away: that of its parent holds. */
    void unset(String logger);

    /** The loggers of the logging library in use; none if it is not Logback. */
    static LoggerLevels current() {
        try {
            return LogbackLevels.ifInUse();
        } catch (NoClassDefFoundError e) {
            return new NoLevels();
        }
    }
}
