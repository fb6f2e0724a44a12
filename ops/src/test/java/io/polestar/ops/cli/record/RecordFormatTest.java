package io.polestar.ops.cli.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
    private static final byte[] NO_UTF8 = {(byte) 0xC3, 0x28};

    @Test
    void shouldFillInTheFieldsWhenLettersNameThem() {
        assertEquals(
                "weather/2@7 1000 k=v\t[unit=C] 100%",
                new RecordFormat("%t/%p@%o %T %k=%s\\t[%h] 100%%")
                        .text(consumed("k".getBytes(UTF_8), "v".getBytes(UTF_8))));
    }

    @Test
    void shouldKeepALonePercentWhenItEndsTheFormat() {
        assertEquals("v%", new RecordFormat("%s%").text(consumed(null, "v".getBytes(UTF_8))));
    }

    @Test
    void shouldRefuseWhenALetterMeansNothing() {
        assertThrows(IllegalArgumentException.class, () -> new RecordFormat("%x"));
    }

    @Test
    void shouldBeOneJsonObjectWithTheFieldsInOrder() {
        assertEquals(
                "{\"topic\":\"weather\",\"partition\":2,\"offset\":7,\"timestamp\":1000,\"key\":null,"
                        + "\"value\":\"a\\nb\",\"headers\":{\"unit\":\"C\"}}",
                RecordFormat.json(consumed(null, "a\nb".getBytes(UTF_8))));
    }

    @Test
    void shouldEncodeBytesInJsonWhenTheyAreNoText() {
        assertEquals(
                "{\"topic\":\"weather\",\"partition\":2,\"offset\":7,\"timestamp\":1000,\"key\":null,"
                        + "\"valueBase64\":\"wyg=\",\"headers\":{\"unit\":\"C\"}}",
                RecordFormat.json(consumed(null, NO_UTF8)));
    }

    private static ConsumerRecord<byte[], byte[]> consumed(byte[] key, byte[] value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("unit", "C".getBytes(UTF_8));
        return new ConsumerRecord<>(
                "weather", 2, 7, 1000, TimestampType.CREATE_TIME, 0, 0, key, value, headers, Optional.empty());
    }
}
