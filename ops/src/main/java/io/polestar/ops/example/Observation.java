package io.polestar.ops.example;

/**
 * One measure of one city on one day, as it is published.
 *
 * @param topic {@code weather.<measure>.<city>}
 * @param timestampMs the day's beginning in UTC
 * @param json the record's value
 */
record Observation(String topic, long timestampMs, String json) {}
