package io.polestar.ops.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Apache Kafka on one node, from the test class path, in a process of its own. */
public final class KafkaProcess implements AutoCloseable {
    private static final String CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

    private static final List<String> SMALL = List.of("-Xmx512m", "-XX:+UseSerialGC");
    private static final Map<String, String> ONE_NODE = Map.of(
            "process.roles", "broker,controller",
            "node.id", "1",
            "controller.listener.names", "CONTROLLER",
            "listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1");

    private final Path directory;
    private final List<String> jvm;
    private final Process process;

    /**
     * Formats and starts it; it may not serve yet.
     *
     * @param settings by Kafka's names, over those of one node
     */
    KafkaProcess(Path directory, int port, int controllerPort, Map<String, String> settings) throws Exception {
        this(directory, port, controllerPort, settings, SMALL);
    }

    /** @param jvm flags of its JVM */
    public KafkaProcess(Path directory, int port, int controllerPort, Map<String, String> settings, List<String> jvm)
            throws Exception {
        this.jvm = jvm;
        this.directory = Files.createDirectories(directory);
        Path properties = directory.resolve("server.properties");
        Files.write(properties, properties(port, controllerPort, settings));
        Process format = java(
                "format",
                "kafka.tools.StorageTool",
                "format",
                "--standalone",
                "-t",
                CLUSTER_ID,
                "-c",
                properties.toString());
        if (!format.waitFor(60, TimeUnit.SECONDS) || format.exitValue() != 0) {
            throw new IOException("cannot format: " + Files.readString(directory.resolve("format.log")));
        }
        process = java("server", "kafka.Kafka", properties.toString());
    }

    private List<String> properties(int port, int controllerPort, Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(ONE_NODE);
        all.putAll(Map.of(
                "controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort,
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
                "log.dirs", directory.resolve("data").toString()));
        all.putAll(settings);
        return all.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private Process java(String log, String... program) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvm);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(List.of(program));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(log + ".log").toFile())
                .start();
    }

    /** Of its process. */
    public long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
}
