package io.polestar.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A message to publish. Immutable.
 *
 * @param key orders: messages of one key stay in order; null for none
 * @param value bytes, a text, or what Jackson maps to JSON; null deletes the key's record in a compacted topic
 * @param headers by name, in order
 * @param timestampMs since 1970; empty: when it is sent
 * @param partition empty: chosen by the key
 */
public record Outgoing(
        String topic,
        Object key,
        Object value,
        Map<String, byte[]> headers,
        OptionalLong timestampMs,
        OptionalInt partition) {

    public static Outgoing of(String topic, Object value) {
        return new Outgoing(topic, null, value, Map.of(), OptionalLong.empty(), OptionalInt.empty());
    }

    public Outgoing withKey(Object newKey) {
        return new Outgoing(topic, newKey, value, headers, timestampMs, partition);
    }

    public Outgoing withHeader(String name, String text) {
        return withHeader(name, text.getBytes(UTF_8));
    }

    public Outgoing withHeader(String name, byte[] bytes) {
        Map<String, byte[]> more = new LinkedHashMap<>(headers);
        more.put(name, bytes);
        return new Outgoing(topic, key, value, more, timestampMs, partition);
    }

    public Outgoing withTimestampMs(long newTimestampMs) {
        return new Outgoing(topic, key, value, headers, OptionalLong.of(newTimestampMs), partition);
    }

    public Outgoing withPartition(int newPartition) {
        return new Outgoing(topic, key, value, headers, timestampMs, OptionalInt.of(newPartition));
    }
}
