package io.polestar.ops.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {

    @Test
    void shouldSplitAtTheLastColonWhenTheHostIsIpv6() {
        assertEquals(new HostPort("[::1]", 9092), HostPort.parse("[::1]:9092"));
        assertEquals(new HostPort("localhost", 0), HostPort.parse("localhost:0"));
        assertEquals("[::1]:9092", HostPort.parse("[::1]:9092").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost:", ":9092", "localhost:x", "localhost:65536", "localhost:-1"})
    void shouldRefuseWhenThereIsNoPort(String text) {
        assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text));
    }
}
