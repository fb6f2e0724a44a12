package io.polestar.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.function.Predicate;

/** Which messages a consumer's handler is given; the others count as handled. Combine them with {@code and}, {@code or}, {@code negate}. */
public final class Filters {

    private Filters() {}

    /** @throws io.polestar.protocol.pattern.InvalidPatternException if it is no pattern */
    public static Predicate<Message> topic(String pattern) {
        TopicPattern parsed = TopicPattern.parse(pattern);
        return message -> parsed.matches(message.topic());
    }

    public static Predicate<Message> keyStartsWith(String prefix) {
        return message ->
                message.keyText().filter(key -> key.startsWith(prefix)).isPresent();
    }

    public static Predicate<Message> header(String name, String value) {
        return message -> message.header(name).filter(value::equals).isPresent();
    }

    public static Predicate<Message> hasHeader(String name) {
        return message -> message.headers().lastHeader(name) != null;
    }

    /** By a value that is JSON; one that is not goes the way of a message that cannot be handled. */
    public static Predicate<Message> json(Predicate<JsonNode> condition) {
        return message -> message.value() != null && condition.test(message.json());
    }

    /** By a value that Jackson maps to a type; one that it cannot map goes the way of a message that cannot be handled. */
    public static <T> Predicate<Message> payload(Class<T> type, Predicate<T> condition) {
        return message -> message.value() != null && condition.test(message.as(type));
    }
}
