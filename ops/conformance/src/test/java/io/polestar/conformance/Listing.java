package io.polestar.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code listing.txt} says of each class and method of Kafka's tests: a line is a word of {@link Word}, a class without
 * its package's beginning, or a method of it, and a reason. What is said of a method counts before what is said of its class.
 * Immutable.
 */
final class Listing {
    private static final String FILE = "listing.txt";

    /** Where a test runs. */
    enum Word {
        /** In each build. */
        RUN,
        /** With {@code -Dconformance.all=true} only. */
        SLOW,
        /** Never. */
        OUT
    }

    /** What a line says of a test. */
    record Line(String name, Word word, String reason) {}

    private final Map<String, Line> lines = new LinkedHashMap<>();

    /** Reads it. */
    Listing() {
        try (InputStream file = Listing.class.getResourceAsStream(FILE)) {
            new String(file.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(this::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String line) {
        String[] parts = line.strip().split("\\s+", 3);
        Word word = Word.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT));
        if (word != Word.RUN && parts.length < 3) {
            throw new IllegalStateException(FILE + ": no reason in '" + line + "'");
        }
        if (lines.put(parts[1], new Line(parts[1], word, parts.length < 3 ? "" : parts[2])) != null) {
            throw new IllegalStateException(FILE + ": twice: " + parts[1]);
        }
    }

    Iterable<Line> lines() {
        return lines.values();
    }

    /** What it says of a class. */
    Optional<Line> of(Class<?> tests) {
        return Optional.ofNullable(lines.get(tests.getSimpleName()));
    }

    /** What it says of a method. */
    Optional<Line> of(Class<?> tests, String method) {
        return Optional.ofNullable(lines.get(tests.getSimpleName() + "#" + method))
                .or(() -> of(tests));
    }
}
