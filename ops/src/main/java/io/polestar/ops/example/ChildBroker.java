package io.polestar.ops.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.ops.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A broker in a process of its own, on one port over all its lives. One thread's. */
public final class ChildBroker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ChildBroker.class);
    private static final Pattern READY = Pattern.compile("Polestar ready on (\\S+):(\\d+) in (\\d+) ms");
    private static final int FIRST_JDK_WITH_MORE_FLAGS = 24;
    private static final long STOP_SECONDS = 30;

    private final Path data;
    private final String classPath;
    private final List<String> settings = new ArrayList<>();
    private String heap = "256m";
    private String address = "127.0.0.1:0";
    private Process process;

    /** A broker from this process's class path. */
    public ChildBroker(Path data) {
        this(data, System.getProperty("java.class.path"));
    }

    /** @param data its data directory */
    public ChildBroker(Path data, String classPath) {
        this.data = data;
        this.classPath = classPath;
    }

    /** From its next start on; a size as {@code -Xmx} takes it. */
    public ChildBroker withHeap(String size) {
        heap = size;
        return this;
    }

    /** From its next start on; as {@code --set} takes it. */
    public ChildBroker with(String name, Object value) {
        settings.addAll(List.of("--set", name + "=" + value));
        return this;
    }

    /**
     * Starts it, on any free port the first time and on the same one later, and waits until it serves.
     *
     * @throws IOException if it ends instead; its own words are on stderr
     */
    public void start() throws IOException {
        process = new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                address = ready.group(1) + ":" + ready.group(2);
                log.info("The broker {} serves on {} after {} ms", process.pid(), address, ready.group(3));
                return;
            }
        }
        throw new IOException("the broker ended before it served");
    }

    private List<String> command() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        addFlags(command, "jvm.options");
        if (Runtime.version().feature() >= FIRST_JDK_WITH_MORE_FLAGS) {
            addFlags(command, "jvm-24.options");
        }
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx" + heap, "-cp", classPath));
        command.addAll(List.of(Main.class.getName(), "serve", "--data", data.toString()));
        command.addAll(List.of("--listen", address, "--http", "127.0.0.1:0"));
        command.addAll(settings);
        return command;
    }

    private static void addFlags(List<String> command, String name) throws IOException {
        try (InputStream options = ChildBroker.class.getResourceAsStream("/io/polestar/storage/" + name)) {
            new String(options.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(command::add);
        }
    }

    /** Of its process in this life. */
    public long pid() {
        return process.pid();
    }

    /** HOST:PORT for clients. */
    public String bootstrap() {
        return address;
    }

    /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
    public void kill() throws InterruptedException {
        log.info("The broker {} is killed with -9", process.pid());
        process.destroyForcibly().waitFor();
    }

    /** Stops it as SIGTERM does; kills it if that takes too long. */
    @Override
    public void close() throws InterruptedException {
        if (process == null) {
            return;
        }
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
