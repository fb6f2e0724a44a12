package io.polestar.ops.cli.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.ops.cli.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Turns a record into text: by a format with kcat's letters, or as a JSON object. Immutable. */
final class RecordFormat {
    /** The letters, for the help text. */
    static final String SYNTAX =
            "%%t topic, %%p partition, %%o offset, %%T timestamp (ms), %%k key, %%s value, %%h headers, \\n, \\t";

    private final List<Function<ConsumerRecord<byte[], byte[]>, String>> parts = new ArrayList<>();

    /** @throws IllegalArgumentException at a letter that means nothing */
    RecordFormat(String format) {
        String text = format.replace("\\n", "\n").replace("\\t", "\t");
        int from = 0;
        for (int at = text.indexOf('%'); at >= 0 && at + 1 < text.length(); at = text.indexOf('%', from)) {
            literal(text.substring(from, at));
            parts.add(field(text.charAt(at + 1)));
            from = at + 2;
        }
        literal(text.substring(from));
    }

    private void literal(String text) {
        if (!text.isEmpty()) {
            parts.add(consumed -> text);
        }
    }

    private static Function<ConsumerRecord<byte[], byte[]>, String> field(char letter) {
        return switch (letter) {
            case 't' -> ConsumerRecord::topic;
            case 'p' -> consumed -> Integer.toString(consumed.partition());
            case 'o' -> consumed -> Long.toString(consumed.offset());
            case 'T' -> consumed -> Long.toString(consumed.timestamp());
            case 'k' -> consumed -> text(consumed.key());
            case 's' -> consumed -> text(consumed.value());
            case 'h' -> RecordFormat::headers;
            case '%' -> consumed -> "%";
            default -> throw new IllegalArgumentException("%" + letter + " means nothing in a format");
        };
    }

    String text(ConsumerRecord<byte[], byte[]> consumed) {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.apply(consumed)));
        return text.toString();
    }

    /** Bytes that are no UTF-8 go under {@code keyBase64}, {@code valueBase64}. */
    static String json(ConsumerRecord<byte[], byte[]> consumed) {
        Json object = Json.object()
                .with("topic", consumed.topic())
                .with("partition", consumed.partition())
                .with("offset", consumed.offset())
                .with("timestamp", consumed.timestamp());
        bytes(object.fields(), "key", consumed.key());
        bytes(object.fields(), "value", consumed.value());
        Map<String, Object> headers = new LinkedHashMap<>();
        consumed.headers().forEach(header -> bytes(headers, header.key(), header.value()));
        return object.with("headers", headers).line();
    }

    private static void bytes(Map<String, Object> fields, String name, byte[] bytes) {
        if (bytes == null) {
            fields.put(name, null);
            return;
        }
        try {
            fields.put(name, UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            fields.put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
        }
    }

    private static String headers(ConsumerRecord<byte[], byte[]> consumed) {
        StringJoiner headers = new StringJoiner(",");
        for (Header header : consumed.headers()) {
            headers.add(header.key() + "=" + text(header.value()));
        }
        return headers.toString();
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, UTF_8);
    }
}
