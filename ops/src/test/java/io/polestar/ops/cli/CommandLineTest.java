package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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

    private record Result(int exitCode, String out, String err) {}

    @Test
    void shouldShowHelpWhenNothingIsAsked() {
        Result result = run();
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
        Result result = run(line.split(" "));

        assertEquals(2, result.exitCode(), result.err());
        assertTrue(result.err().startsWith("polestar: "), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertEquals("", result.out());
    }

    @Test
    void shouldNameFilePropertyValueAndWhatIsAllowedWhenTheConfigIsBad() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "num:\n  partitions: none\n");

        Result result = run("serve", "--config", file.toString());

        assertEquals(2, result.exitCode());
        assertEquals(
                "polestar: " + file + ": num.partitions = none is refused; allowed: a whole number, [1,...]",
                result.err().strip());
    }

    @Test
    void shouldEndWithOneAndOneLineWhenNoBrokerAnswers() {
        Result result = run("topic", "list", "--bootstrap", "127.0.0.1:1", "--timeout", "1");

        assertEquals(1, result.exitCode());
        assertEquals(
                "polestar: topics: no answer from a broker at 127.0.0.1:1 within 1 s",
                // Another test of this process may have set logging up for serve.
                result.err().lines().reduce((first, last) -> last).orElseThrow());
    }

    @Test
    void shouldRefuseWhenTheDataDirectoryIsAFile() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        Result result = run("serve", "--data", file.toString(), "--listen", "127.0.0.1:0");

        assertEquals(2, result.exitCode(), result.err());
        assertTrue(result.err().contains("data directory " + file), result.err());
    }

    /** Runs with stdout and stderr replaced; the tests of a class run one after the other. */
    private static Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int exitCode = Main.run(args);
            return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }
}
