package io.polestar.broker.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** Logback's loggers. Logback has no FATAL: it is ERROR here. */
record LogbackLevels(LoggerContext context) implements LoggerLevels {

    static LoggerLevels ifInUse() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? new LogbackLevels(context)
                : new NoLevels();
    }

    @Override
    public Map<String, String> all() {
        Map<String, String> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            String name = logger.getName().equals(Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
            levels.put(name, logger.getEffectiveLevel().toString());
        }
        return levels;
    }

    @Override
    public void set(String logger, String level) {
        find(logger).setLevel(level.equals("FATAL") ? Level.ERROR : Level.valueOf(level));
    }

    @Override
    public void unset(String logger) {
        find(logger).setLevel(null);
    }

    private Logger find(String name) {
        return context.getLogger(name.equals(ROOT) ? Logger.ROOT_LOGGER_NAME : name);
    }
}
