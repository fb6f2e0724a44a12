package io.polestar.broker.hub.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.broker.ViewConfigs.HeaderCondition;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.Record;

/** Which records of its sources a view shows: all conditions must hold. Immutable. */
final class RecordFilter {

    /** @param value null if any will do */
    private record Condition(String header, byte[] value) {
        boolean holds(Header[] headers) {
            for (Header each : headers) {
                if (each.key().equals(header) && (value == null || Arrays.equals(value, each.value()))) {
                    return true;
                }
            }
            return false;
        }
    }

    private final byte[] keyPrefix;
    private final List<Condition> conditions;

    /** @param keyPrefix empty for any key, or none */
    RecordFilter(String keyPrefix, List<HeaderCondition> conditions) {
        this.keyPrefix = keyPrefix.getBytes(UTF_8);
        this.conditions = conditions.stream()
                .map(each -> new Condition(each.header(), bytes(each.value())))
                .toList();
    }

    private static byte[] bytes(Optional<String> value) {
        return value.map(text -> text.getBytes(UTF_8)).orElse(null);
    }

    /** Whether it accepts every record, so that none has to be looked at. */
    boolean acceptsAll() {
        return keyPrefix.length == 0 && conditions.isEmpty();
    }

    boolean accepts(Record record) {
        if (!hasPrefix(record.key())) {
            return false;
        }
        if (!conditions.isEmpty()) {
            Header[] headers = record.headers();
            for (Condition condition : conditions) {
                if (!condition.holds(headers)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean hasPrefix(ByteBuffer key) {
        if (keyPrefix.length == 0) {
            return true;
        }
        if (key == null || key.remaining() < keyPrefix.length) {
            return false;
        }
        for (int i = 0; i < keyPrefix.length; i++) {
            if (key.get(key.position() + i) != keyPrefix[i]) {
                return false;
            }
        }
        return true;
    }
}
