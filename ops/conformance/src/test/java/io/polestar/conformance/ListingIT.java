package io.polestar.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.PlaintextConsumerTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestTemplate;
import org.junit.platform.commons.support.AnnotationSupport;

/** The {@link Listing} speaks of all of Kafka's tests and of nothing else, so that the next release's are not overlooked. */
final class ListingIT {
    private final Listing listing = new Listing();

    private static Map<String, Class<?>> kafkasTests() throws Exception {
        Path jar = Path.of(PlaintextConsumerTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Map<String, Class<?>> tests = new TreeMap<>();
        for (String name : classNames(jar)) {
            Class<?> found = Class.forName(name, false, ListingIT.class.getClassLoader());
            tests.put(found.getSimpleName(), found);
        }
        return tests;
    }

    private static Set<String> classNames(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(entry -> entry.getName().replace('/', '.'))
                    .filter(name -> name.matches("[^$]*Test\\.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void shouldHaveALineForEachClass() throws Exception {
        Set<String> listed = new TreeSet<>();
        listing.lines().forEach(line -> listed.add(line.name().split("#")[0]));
        assertEquals(kafkasTests().keySet(), listed);
    }

    @Test
    void shouldNameOnlyMethodsThatThereAre() throws Exception {
        Map<String, Class<?>> tests = kafkasTests();
        for (Listing.Line line : listing.lines()) {
            String[] parts = line.name().split("#");
            if (parts.length == 2) {
                assertTrue(
                        Arrays.stream(tests.get(parts[0]).getDeclaredMethods())
                                .anyMatch(method -> method.getName().equals(parts[1])
                                        && AnnotationSupport.isAnnotated(method, TestTemplate.class)),
                        line.name());
            }
        }
    }
}
