package io.polestar.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A record that a consumer was given. It shares its bytes with whoever else handles it: they are not to be changed.
 *
 * @param timestampMs since 1970, as its publisher or the broker set it
 * @param key null if it has none
 * @param value null if it is a deletion in a compacted topic
 */
public record Message(
        String topic, int partition, long offset, long timestampMs, byte[] key, byte[] value, Headers headers) {

    static Message of(ConsumerRecord<byte[], byte[]> consumed) {
        return new Message(
                consumed.topic(),
                consumed.partition(),
                consumed.offset(),
                consumed.timestamp(),
                consumed.key(),
                consumed.value(),
                consumed.headers());
    }

    /** The value as UTF-8; null if it has none. */
    public String text() {
        return value == null ? null : new String(value, UTF_8);
    }

    /** The key as UTF-8, if it has one. */
    public Optional<String> keyText() {
        return Optional.ofNullable(key).map(bytes -> new String(bytes, UTF_8));
    }

    /** The last header of a name, as UTF-8. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.lastHeader(name)).map(Header::value).map(bytes -> new String(bytes, UTF_8));
    }

    /** @throws MalformedMessageException if the value is no JSON */
    public JsonNode json() {
        return as(JsonNode.class);
    }

    /** The value as Jackson maps JSON to a type; null if it has none. @throws MalformedMessageException if it cannot */
    public <T> T as(Class<T> type) {
        try {
            return value == null ? null : Payload.JSON.readValue(value, type);
        } catch (IOException e) {
            throw new MalformedMessageException(this, type, e);
        }
    }

    /** Where it is: {@code weather.wind.london-0@17}. */
    public String place() {
        return topic + '-' + partition + '@' + offset;
    }

    @Override
    public String toString() {
        return place();
    }
}
