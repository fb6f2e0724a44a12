package io.polestar.broker.config;

import java.util.Map;

/** No logger can be seen or changed: the logging library is not known. */
record NoLevels() implements LoggerLevels {
    @Override
    public Map<String, String> all() {
        return Map.of();
    }

    @Override
    public void set(String logger, String level) {}

    @Override
    public void unset(String logger) {}
}
