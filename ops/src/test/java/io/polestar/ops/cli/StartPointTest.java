package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartPointTest {

    @ParameterizedTest
    @CsvSource({
        "beginning, BEGINNING, 0",
        "end, END, 0",
        "42, OFFSET, 42",
        "@1500, TIMESTAMP_MS, 1500",
        "1970-01-02, TIMESTAMP_MS, 86400000",
        "1970-01-01T00:00:01Z, TIMESTAMP_MS, 1000"
    })
    void shouldUnderstandEveryWayOfWritingIt(String text, StartPoint.Kind kind, long value) {
        assertEquals(new StartPoint(kind, value), StartPoint.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "start", "-1", "@", "2026-13-01", "1970-01-01T00:00:01"})
    void shouldRefuseWhatItIsNot(String text) {
        assertThrows(IllegalArgumentException.class, () -> StartPoint.parse(text));
    }

    @Test
    void shouldAskTheBrokerForNothingWhenItIsAnOffset() {
        assertThrows(IllegalStateException.class, () -> StartPoint.parse("1").spec());
        assertEquals(1, StartPoint.parse("1").offset().orElseThrow());
    }
}
