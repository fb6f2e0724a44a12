package io.polestar.storage.chronicle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The names of a partition's files, and which segments there are. Stateless. */
final class SegmentFile {

    static final String SUFFIX = ".cq4";
    static final String CHRONICLE_METADATA = "metadata.cq4t";

    private static final DateTimeFormatter STEM = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss'S'");

    private SegmentFile() {}

    static Path of(Path directory, int segmentNumber) {
        return directory.resolve(stem(segmentNumber) + SUFFIX);
    }

    static Path indexOf(Path directory, int segmentNumber) {
        return directory.resolve(stem(segmentNumber) + ".index");
    }

    /** Numbers of the segments in a folder, in order. */
    static List<Integer> numbers(Path directory) {
        List<Integer> numbers = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .sorted()
                    .forEach(name -> numbers.add(numberOf(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return numbers;
    }

    private static String stem(int segmentNumber) {
        return STEM.format(LocalDateTime.ofEpochSecond(segmentNumber, 0, ZoneOffset.UTC));
    }

    private static int numberOf(String name) {
        try {
            String stem = name.substring(0, name.length() - SUFFIX.length());
            return Math.toIntExact(LocalDateTime.parse(stem, STEM).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalStateException("file " + name + " is no segment of this format", e);
        }
    }
}
