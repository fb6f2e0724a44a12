package io.polestar.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Values as bytes: bytes as they are, texts in UTF-8, all else as Jackson writes it in JSON. Stateless. */
final class Payload {
    /** Users' types may need modules of Jackson that are on their class path. */
    static final ObjectMapper JSON = JsonMapper.builder().findAndAddModules().build();

    private Payload() {}

    /** @throws IllegalArgumentException if Jackson cannot write it */
    static byte[] bytes(Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        if (value instanceof CharSequence text) {
            return text.toString().getBytes(UTF_8);
        }
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "a " + value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
