package io.polestar.ops.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged program has on its class path: never what reports home, and no Scala. */
class LibraryIT {

    private static List<String> jars() throws IOException {
        try (Stream<Path> files = Files.list(Unpacked.LIB)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chronicle-analytics", "scala", "kafka_2", "log4j-core", "jmh", "archunit", "junit"})
    void shouldNotShip(String part) throws IOException {
        assertEquals(
                List.of(), jars().stream().filter(jar -> jar.contains(part)).toList());
    }

    @Test
    void shouldShipPolestarItself() throws IOException {
        assertTrue(jars().stream().anyMatch(jar -> jar.startsWith("polestar-ops-")));
    }
}
