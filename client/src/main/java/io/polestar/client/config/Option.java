package io.polestar.client.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A thing that can be set: its name, its default, and how a text or a value of a builder becomes its value.
 *
 * @param <T> of its values
 */
public final class Option<T> {
    private final String name;
    private final T defaultValue;
    private final String allowed;
    private final Function<Object, Optional<T>> read;

    private Option(String name, T defaultValue, String allowed, Function<Object, Optional<T>> read) {
        this.name = name;
        this.defaultValue = defaultValue;
        this.allowed = allowed;
        this.read = read;
    }

    static Option<Integer> wholeNumber(String name, int defaultValue, int min) {
        return new Option<>(
                name,
                defaultValue,
                "a whole number, at least " + min,
                given -> number(given, min, Integer.MAX_VALUE).map(Long::intValue));
    }

    /** In milliseconds, or a text with a unit: {@code 500}, {@code 500ms}, {@code 5s}, {@code 2m}. */
    static Option<Duration> duration(String name, Duration defaultValue, long minMs) {
        return new Option<>(
                name,
                defaultValue,
                "milliseconds from " + minMs + " on, or a number with ms, s, m or h",
                given -> Durations.read(given).filter(read -> read.toMillis() >= minMs));
    }

    static Option<String> text(String name, String defaultValue, String allowed, java.util.regex.Pattern form) {
        return new Option<>(
                name,
                defaultValue,
                allowed,
                given -> Optional.of(given.toString())
                        .filter(text -> form.matcher(text).matches()));
    }

    static Option<Boolean> yesOrNo(String name, boolean defaultValue) {
        return new Option<>(name, defaultValue, "true or false", given -> switch (given.toString()) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        });
    }

    static Option<String> oneOf(String name, String defaultValue, List<String> values) {
        return new Option<>(
                name,
                defaultValue,
                String.join(", ", values),
                given -> Optional.of(given.toString()).filter(values::contains));
    }

    static Option<QueueFullBehaviour> queueFullBehaviour(QueueFullBehaviour defaultValue) {
        String name = "queueFullBehaviour";
        return new Option<>(
                name,
                defaultValue,
                "block, drop-newest, drop-oldest, fail",
                given -> Optional.of(
                        given instanceof QueueFullBehaviour behaviour
                                ? behaviour
                                : QueueFullBehaviour.parse(name, given.toString())));
    }

    static Option<List<String>> list(String name) {
        return new Option<>(
                name,
                List.of(),
                "a list of texts",
                given -> Optional.of(
                        given instanceof List<?> many
                                ? many.stream().map(Object::toString).toList()
                                : List.of(given.toString().split("\\s*,\\s*"))));
    }

    private static Optional<Long> number(Object given, long min, long max) {
        try {
            return Optional.of(Long.parseLong(given.toString().replace("_", "")))
                    .filter(value -> value >= min && value <= max);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** As files and messages have it. */
    public String name() {
        return name;
    }

    T defaultValue() {
        return defaultValue;
    }

    /** @throws InvalidOptionException if the value is refused */
    T read(Object given) {
        return read.apply(given).orElseThrow(() -> new InvalidOptionException(name, given, allowed));
    }

    /** In words, for a message or a page. */
    public String allowed() {
        return allowed;
    }
}
