package io.polestar.testing;

import io.polestar.broker.Broker;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarConfigs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/** A broker in this JVM for tests, in a temporary directory that goes with it. Its methods take turns on its monitor. */
public final class PolestarBroker implements AutoCloseable {
    private static final Map<String, String> FOR_TESTS = Map.of(
            SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://127.0.0.1:0",
            PolestarConfigs.HTTP_LISTEN, "",
            GroupCoordinatorConfig.OFFSETS_TOPIC_PARTITIONS_CONFIG, "1");

    private final Path directory;
    private final Map<String, String> settings;
    private Broker broker;
    private boolean closed;

    private PolestarBroker(Path directory, Map<String, String> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /**
     * Starts a broker on a free port of 127.0.0.1.
     *
     * @throws IllegalStateException if this JVM lacks flags that the broker's log needs; the message has them
     */
    public static PolestarBroker start() {
        return start(Map.of());
    }

    /**
     * Starts a broker on a free port of 127.0.0.1.
     *
     * @param settings by Kafka's names and Polestar's, over those for tests
     * @throws org.apache.kafka.common.config.ConfigException if one of them is unknown or its value is refused
     * @throws IllegalStateException if this JVM lacks flags that the broker's log needs; the message has them
     */
    public static PolestarBroker start(Map<String, String> settings) {
        JvmFlags.check();
        Broker.warmUp();
        try {
            Path directory = Files.createTempDirectory("polestar-test");
            Map<String, String> all = new HashMap<>(FOR_TESTS);
            all.putAll(settings);
            all.put(ServerLogConfigs.LOG_DIR_CONFIG, directory.toString());
            PolestarBroker started = new PolestarBroker(directory, all);
            try {
                started.startBroker();
            } catch (RuntimeException | IOException e) {
                started.close();
                throw e;
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startBroker() throws IOException {
        broker = Broker.start(BrokerConfig.of(settings));
    }

    /** HOST:PORT for clients. */
    public synchronized String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Its data directory. */
    public Path directory() {
        return directory;
    }

    /** Stops serving; {@link #resume} serves again, on the same port with the same data. */
    public synchronized void stop() {
        settings.put(SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://" + broker.bootstrapServers());
        broker.close();
    }

    /** Serves again after {@link #stop}. */
    public synchronized void resume() {
        try {
            startBroker();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it and deletes its directory. May be called more than once. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (broker != null) {
            broker.close();
        }
        try (Stream<Path> inside = Files.walk(directory)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
