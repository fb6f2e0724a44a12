package io.polestar.ops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end with stdin given, and returns what it printed. */
public final class Program {
    private static final long TIMEOUT_SECONDS = 60;

    /** What a program left behind. */
    public record Outcome(int exitCode, String out, String err) {

        public Outcome ok() {
            assertEquals(0, exitCode, () -> "stdout:\n" + out + "\nstderr:\n" + err);
            return this;
        }

        public List<String> lines() {
            return out.lines().toList();
        }
    }

    private final List<String> command;
    private final Map<String, String> environment = new HashMap<>();
    private Path directory;
    private String stdin = "";

    private Program(List<String> command) {
        this.command = command;
    }

    public static Program of(String... command) {
        return new Program(Arrays.asList(command));
    }

    /** A class of this test's class path in a JVM of its own. */
    public static Program java(String mainClass, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(Arrays.asList(args));
        return new Program(command);
    }

    public Program stdin(String text) {
        stdin = text;
        return this;
    }

    public Program in(Path workingDirectory) {
        directory = workingDirectory;
        return this;
    }

    public Program with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Starts it and leaves it running; stdin and stdout are pipes, stderr is this process's. */
    public Process start() throws IOException {
        return builder().redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.directory(directory == null ? null : directory.toFile());
    }

    public Outcome run() throws IOException, InterruptedException {
        Path out = Files.createTempFile("program", ".out");
        Path err = Files.createTempFile("program", ".err");
        try {
            Process process = builder()
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
