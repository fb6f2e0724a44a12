package io.polestar.broker.hub.view;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.ViewConfigs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordFilterTest {

    /** @param headers as {@code a=1;b=2}; a name alone has a null value */
    private static Record record(String key, String headers) {
        List<Header> all = new ArrayList<>();
        for (String each : headers == null ? new String[0] : headers.split(";")) {
            String[] parts = each.split("=", 2);
            all.add(new RecordHeader(parts[0], parts.length == 1 ? null : parts[1].getBytes(UTF_8)));
        }
        SimpleRecord record = new SimpleRecord(
                1, key == null ? null : key.getBytes(UTF_8), "v".getBytes(UTF_8), all.toArray(new Header[0]));
        return MemoryRecords.withRecords(Compression.NONE, record)
                .records()
                .iterator()
                .next();
    }

    private static RecordFilter filter(String where, String keyPrefix) {
        return new RecordFilter(keyPrefix, ViewConfigs.conditions(where));
    }

    @ParameterizedTest
    @CsvSource({
        "header.unit=C, unit=C, true",
        "header.unit:C, unit:C=any, true",
        "header.unit=C, unit=F, false",
        "header.unit=C, unit=C2, false",
        "header.unit=C, , false",
        "header.unit=C, Unit=C, false",
        "header.unit=C, unit, false",
        "header.unit, unit, true",
        "header.unit, unit=any, true",
        "header.unit, other=any, false",
        "header.unit=, unit=, true",
        "header.unit=, unit=C, false",
        "header.unit=C, unit=F;unit=C, true",
        "header.a.b=x=y, a.b=x=y, true",
        "'header.unit=C, header.site=north', unit=C;site=north, true",
        "'header.unit=C,header.site=north', unit=C, false",
        "'', , true",
    })
    void shouldAcceptWhatHasAllHeaders(String where, String headers, boolean accepted) {
        assertEquals(accepted, filter(where, "").accepts(record("k", headers)));
    }

    @ParameterizedTest
    @CsvSource({"a, a, true", "a, ab, true", "ab, a, false", "a, b, false", "a, , false", "'', , true", "ü, über, true"
    })
    void shouldAcceptWhatHasTheKeysBeginning(String prefix, String key, boolean accepted) {
        assertEquals(accepted, filter("", prefix).accepts(record(key, null)));
    }

    @Test
    void shouldAskForKeyAndHeadersTogether() {
        RecordFilter filter = filter("header.unit=C", "a");
        assertTrue(filter.accepts(record("a", "unit=C")));
        assertFalse(filter.accepts(record("a", "unit=F")));
        assertFalse(filter.accepts(record("b", "unit=C")));
        assertFalse(filter.acceptsAll());
        assertTrue(filter("", "").acceptsAll());
    }

    @ParameterizedTest
    @ValueSource(strings = {"unit=C", "header.", "header.=C", "header.unit=C,", "value.unit=C", ","})
    void shouldRefuseWhatItDoesNotUnderstand(String where) {
        assertThrows(ConfigException.class, () -> ViewConfigs.conditions(where));
    }

    @ParameterizedTest
    @CsvSource({
        "weather.>, weather.wind, true",
        "weather.>, weather.wind.dead, false",
        "weather.*.dead, weather.wind.dead, true",
        "*, __consumer_offsets, false",
        "*, __anything, false",
    })
    void shouldLeaveOutInternalTopicsAndDeadLetters(String pattern, String topic, boolean shown) {
        ViewDefinition view =
                ViewDefinition.of(Map.of(ViewConfigs.PATTERN, pattern)).orElseThrow();
        assertEquals(shown, view.shows(topic));
    }
}
