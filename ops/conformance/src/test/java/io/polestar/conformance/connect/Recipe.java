package io.polestar.conformance.connect;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** The properties of MirrorMaker 2 that docs/GUIDE.md gives to who moves between Apache Kafka and Polestar. Immutable. */
final class Recipe {
    private static final String FIRST_LINE = "clusters = ";

    private final Map<String, String> properties = new HashMap<>();

    /** Reads it from the page. */
    Recipe() throws IOException {
        String block = Files.readString(Path.of("..", "..", "docs", "GUIDE.md"))
                .lines()
                .dropWhile(line -> !line.strip().startsWith(FIRST_LINE))
                .takeWhile(line -> line.startsWith("    "))
                .collect(Collectors.joining("\n"));
        Properties read = new Properties();
        read.load(new StringReader(block));
        read.forEach((name, value) -> properties.put((String) name, (String) value));
    }

    /** As it stands, between these two. */
    Map<String, String> fromKafka(String kafka, String polestar) {
        Map<String, String> filled = new HashMap<>(properties);
        filled.put("kafka.bootstrap.servers", kafka);
        filled.put("polestar.bootstrap.servers", polestar);
        return filled;
    }

    /** The other way, as the page says: the two names exchanged in the arrows. */
    Map<String, String> fromPolestar(String kafka, String polestar) {
        Map<String, String> turned = new HashMap<>();
        fromKafka(kafka, polestar)
                .forEach((name, value) -> turned.put(name.replace("kafka->polestar", "polestar->kafka"), value));
        return turned;
    }
}
