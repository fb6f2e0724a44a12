package io.polestar.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/** A broker in a JVM of its own, started with this JVM's flags, that a test can kill as {@code kill -9} does. */
public final class BrokerProcess implements AutoCloseable {
    private static final String READY = "ready ";

    private final Process process;
    private final String bootstrapServers;

    private BrokerProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /** Returns when it serves, on a free port. */
    public static BrokerProcess start(Path directory) throws IOException {
        return start(directory, 0);
    }

    /**
     * Returns when it serves.
     *
     * @param settings more of them, as {@code name=value}
     */
    public static BrokerProcess start(Path directory, int port, String... settings) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(BrokerProcess.class.getName(), directory.toString(), Integer.toString(port)));
        command.addAll(List.of(settings));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith(READY)) {
            line = out.readLine();
        }
        if (line == null) {
            process.destroyForcibly();
            throw new IOException("The broker's process ended before it was ready");
        }
        return new BrokerProcess(process, line.substring(READY.length()));
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public int port() {
        return Integer.parseInt(bootstrapServers.substring(bootstrapServers.lastIndexOf(':') + 1));
    }

    /** Ends it without a chance to close anything. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** The process itself. It does not outlive the one that started it: stdin ends with that, however it ends. */
    public static void main(String[] args) throws Exception {
        Thread parentWatch = new Thread(BrokerProcess::haltWhenStdinEnds, "parent-watch");
        parentWatch.setDaemon(true);
        parentWatch.start();
        Map<String, String> settings = new HashMap<>();
        settings.put(ServerLogConfigs.LOG_DIR_CONFIG, args[0]);
        settings.put(SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://127.0.0.1:" + args[1]);
        settings.put(PolestarConfigs.HTTP_LISTEN, "");
        for (String setting : List.of(args).subList(2, args.length)) {
            settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        Broker broker = Broker.start(BrokerConfig.of(settings));
        System.out.println(READY + broker.bootstrapServers());
        broker.awaitStop();
    }

    private static void haltWhenStdinEnds() {
        try {
            System.in.readAllBytes();
        } catch (IOException e) {
            // Gone as well.
        }
        Runtime.getRuntime().halt(1);
    }
}
