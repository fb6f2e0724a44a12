package io.polestar.ops.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end with stdin given, and returns what it printed. */
final class Program {
    private static final long TIMEOUT_SECONDS = 60;

    /** What a program left behind. */
    record Outcome(int exitCode, String out, String err) {

        Outcome ok() {
            assertEquals(0, exitCode, () -> "stdout:\n" + out + "\nstderr:\n" + err);
            return this;
        }

        List<String> lines() {
            return out.lines().toList();
        }

        /** Lines in the alphabet's order, for records of several partitions. */
        List<String> sorted() {
            return out.lines().sorted().toList();
        }
    }

    private final List<String> command;
    private String stdin = "";

    private Program(List<String> command) {
        this.command = command;
    }

    static Program of(String... command) {
        return new Program(Arrays.asList(command));
    }

    /** A class of this test's class path in a JVM of its own. */
    static Program java(String mainClass, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(Arrays.asList(args));
        return new Program(command);
    }

    Program stdin(String text) {
        stdin = text;
        return this;
    }

    Outcome run() throws IOException, InterruptedException {
        Path out = Files.createTempFile("program", ".out");
        Path err = Files.createTempFile("program", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(stdin.getBytes(UTF_8));
            } catch (IOException e) {
                // It ended without reading everything: its exit code tells.
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        command + " did not end; it printed\n" + Files.readString(out) + Files.readString(err));
            }
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
