package io.polestar.ops.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    private static final Map<String, String> EXPECTED =
            Map.of("num.partitions", "3", "log.retention.ms", "60000", "listeners", "A://a:1,B://b:2");

    @TempDir
    private Path folder;

    @Test
    void shouldReadPropertiesWhenTheNameEndsSo() throws IOException {
        assertEquals(
                EXPECTED,
                ConfigFile.read(file(
                        "a.properties", "num.partitions=3\nlog.retention.ms = 60000\nlisteners=A://a:1,B://b:2\n")));
    }

    @Test
    void shouldFlattenMapsAndJoinListsWhenItIsYaml() throws IOException {
        assertEquals(
                EXPECTED,
                ConfigFile.read(file(
                        "a.yaml",
                        "num.partitions: 3\nlog:\n  retention.ms: 60000\nlisteners:\n - A://a:1\n - B://b:2\n")));
    }

    @Test
    void shouldFlattenMapsAndJoinListsWhenItIsJson() throws IOException {
        assertEquals(
                EXPECTED,
                ConfigFile.read(
                        file(
                                "a.json",
                                "{\"num\":{\"partitions\":3},\"log\":{\"retention\":{\"ms\":60000}},\"listeners\":[\"A://a:1\",\"B://b:2\"]}")));
    }

    @Test
    void shouldReadNothingWhenTheFileIsEmpty() throws IOException {
        assertEquals(Map.of(), ConfigFile.read(file("a.yml", "")));
        assertEquals(Map.of(), ConfigFile.read(file("b.json", "")));
    }

    @Test
    void shouldNameTheFileWhenItIsAbsent() {
        assertRefused(folder.resolve("none.yaml"), "no such config file");
    }

    @Test
    void shouldNameTheLineWhenItDoesNotParse() throws IOException {
        assertRefused(file("a.yaml", "a: 1\nb: [1\n"), "line 3");
        assertRefused(file("a.json", "{\n\"a\": }"), "line 2");
        assertRefused(file("twice.json", "{\"a\": 1, \"a\": 2}"), "Duplicate");
    }

    @Test
    void shouldSayWhatIsAllowedWhenItIsNoMapOrOfNoKnownKind() throws IOException {
        assertRefused(file("a.yaml", "- 1\n"), "allowed: a map");
        assertRefused(file("a.toml", ""), ".properties, .yaml, .yml or .json");
    }

    private static void assertRefused(Path file, String part) {
        CliException refused = assertThrows(CliException.class, () -> ConfigFile.read(file));
        assertTrue(refused.getMessage().startsWith(file + ": "), refused.getMessage());
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
