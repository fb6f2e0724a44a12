package io.polestar.ops.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One JSON object a line, fields in the order given. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, Object> fields = new LinkedHashMap<>();

    private Json() {}

    public static Json object() {
        return new Json();
    }

    public Json with(String field, Object value) {
        fields.put(field, value);
        return this;
    }

    /** As a map, for nesting. */
    public Map<String, Object> fields() {
        return fields;
    }

    /** On one line, without its end. */
    public String line() {
        return line(fields);
    }

    static String line(Map<String, Object> fields) {
        try {
            return MAPPER.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
