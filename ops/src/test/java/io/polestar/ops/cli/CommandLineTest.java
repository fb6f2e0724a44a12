package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes and error lines of commands that need no broker, run in this process. */
@Timeout(60)
class CommandLineTest {
    @TempDir
    private Path folder;

    @Test
    void shouldShowHelpWhenNothingIsAsked() {
        InProcess result = InProcess.run();
        assertEquals(0, result.exitCode());
        for (String verb : new String[] {"serve", "topic", "produce", "consume", "group"}) {
            assertTrue(result.out().contains(verb), result.out());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "topic",
                "topic create",
                "topic alter t",
                "produce",
                "consume",
                "consume t --pattern a.*",
                "consume --pattern a.b*",
                "consume t --from yesterday",
                "consume t --group g --from 17",
                "consume t --format %x",
                "group reset g",
                "serve --listen nowhere",
                "serve --unknown",
                "serve --config none.properties",
                "serve --set num.partitions=0",
                "serve --set nonsense=1"
            })
    void shouldEndWithTwoAndOneLineWhenArgumentsAreWrong(String line) {
        InProcess result = InProcess.run(line.split(" "));

        assertEquals(2, result.exitCode(), result.err());
        assertTrue(result.err().startsWith("polestar: "), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertEquals("", result.out());
    }

    @Test
    void shouldNameFilePropertyValueAndWhatIsAllowedWhenTheConfigIsBad() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "num:\n  partitions: none\n");

        InProcess result = InProcess.run("serve", "--config", file.toString());

        assertEquals(2, result.exitCode());
        assertEquals(
                "polestar: " + file + ": num.partitions = none is refused; allowed: a whole number, [1,...]",
                result.err().strip());
    }

    @Test
    void shouldEndWithOneAndOneLineWhenNoBrokerAnswers() {
        InProcess result = InProcess.run("topic", "list", "--bootstrap", "127.0.0.1:1", "--timeout", "1");

        assertEquals(1, result.exitCode());
        assertEquals(
                "polestar: topics: no answer from a broker at 127.0.0.1:1 within 1 s",
                // Another test of this process may have set logging up for serve.
                result.err().lines().reduce((first, last) -> last).orElseThrow());
    }

    @Test
    void shouldRefuseWhenTheDataDirectoryIsAFile() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        InProcess result = InProcess.run("serve", "--data", file.toString(), "--listen", "127.0.0.1:0");

        assertEquals(2, result.exitCode(), result.err());
        assertTrue(result.err().contains("data directory " + file), result.err());
    }
}
