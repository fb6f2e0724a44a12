package io.polestar.storage.chronicle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The names of a partition's files, and which segments there are. Stateless. */
final class SegmentFile {

    static final String SUFFIX = ".cq4";
    private static final String INDEX_SUFFIX = ".index";
    static final String CHRONICLE_METADATA = "metadata.cq4t";

    private static final DateTimeFormatter STEM = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss'S'");

    private SegmentFile() {}

    static Path of(Path directory, int segmentNumber) {
        return directory.resolve(stem(segmentNumber) + SUFFIX);
    }

    static Path indexOf(Path directory, int segmentNumber) {
        return directory.resolve(stem(segmentNumber) + INDEX_SUFFIX);
    }

    /** Numbers of the segments in a folder, in order. */
    static List<Integer> numbers(Path directory) {
        return numbers(directory, SUFFIX);
    }

    /** Numbers of the segments that have an index file, in order. */
    static List<Integer> indexed(Path directory) {
        return numbers(directory, INDEX_SUFFIX);
    }

    /** Numbers of the segments that have a file or an index file, in order. */
    static List<Integer> known(Path directory) {
        SortedSet<Integer> known = new TreeSet<>(numbers(directory));
        known.addAll(indexed(directory));
        return List.copyOf(known);
    }

    /** Keeps a file's bytes beside it as {@code .damaged}: what cannot be served may still be worth something to somebody. */
    static Path putAside(Path file) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        Files.deleteIfExists(aside);
        return Files.createLink(aside, file);
    }

    private static List<Integer> numbers(Path directory, String suffix) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .map(name -> numberOf(name, suffix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String stem(int segmentNumber) {
        return STEM.format(LocalDateTime.ofEpochSecond(segmentNumber, 0, ZoneOffset.UTC));
    }

    private static int numberOf(String name, String suffix) {
        try {
            String stem = name.substring(0, name.length() - suffix.length());
            return Math.toIntExact(LocalDateTime.parse(stem, STEM).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalStateException("file " + name + " is no segment of this format", e);
        }
    }
}
