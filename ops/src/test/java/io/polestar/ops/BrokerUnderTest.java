package io.polestar.ops;

import io.polestar.ops.example.ChildBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The broker of a test class. With {@code -Dpolestar.test.bootstrap=HOST:PORT} it is one that runs already, such as Apache
 * Kafka: the same tests then say what the reference does; a crash is left out there.
 */
public final class BrokerUnderTest implements AutoCloseable {
    private final String other = System.getProperty("polestar.test.bootstrap");
    private final ChildBroker child;

    /** Starts it. */
    public BrokerUnderTest(Path data) throws IOException {
        this(data, broker -> {});
    }

    /** @param given what it is to be given before its first start */
    public BrokerUnderTest(Path data, Consumer<ChildBroker> given) throws IOException {
        child = new ChildBroker(data, packagedJar().toString());
        given.accept(child);
        if (other == null) {
            child.start();
        }
    }

    /** The jar that users run: what tests need besides is not on the broker's class path. */
    private static Path packagedJar() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target", "lib"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("polestar-ops-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    public String bootstrap() {
        return other == null ? child.bootstrap() : other;
    }

    /** Kills it with -9 and starts it again. */
    public void crash() throws Exception {
        if (other == null) {
            child.kill();
            child.start();
        }
    }

    /** Of its process. */
    public long pid() {
        return child.pid();
    }

    /** Stops it as SIGTERM does. */
    public void stop() throws InterruptedException {
        child.close();
    }

    /** Starts it again. */
    public void start() throws IOException {
        child.start();
    }

    @Override
    public void close() throws InterruptedException {
        child.close();
    }
}
