package io.polestar.conformance.connect;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.testing.PolestarBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Connect over Polestar: lines of a file go to a topic and from it into another file. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class ConnectIT {
    private static final Duration WAIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }

    private void append(List<String> lines) throws IOException {
        Files.write(source(), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Path source() {
        return folder.resolve("source.txt");
    }

    private List<String> sunk() throws IOException {
        Path sink = folder.resolve("sink.txt");
        return Files.exists(sink) ? Files.readAllLines(sink) : List.of();
    }

    private void awaitSunk(List<String> lines) {
        await().atMost(WAIT).untilAsserted(() -> assertEquals(lines, sunk()));
    }

    private String connector(String type, String file, String topics) {
        return """
                {"connector.class": "org.apache.kafka.connect.file.FileStream%sConnector",
                 "tasks.max": "1", "file": "%s", "%s": "connect.lines"}""".formatted(type, folder.resolve(file), topics);
    }

    @Test
    void shouldCopyEachLineOnceWhenWorkerAndBrokerStopInBetween() throws Exception {
        append(lines(0, 500));
        try (PolestarBroker broker = PolestarBroker.start()) {
            try (ConnectWorker worker = new ConnectWorker(broker.bootstrapServers())) {
                worker.run("source", connector("Source", "source.txt", "topic"));
                worker.run("sink", connector("Sink", "sink.txt", "topics"));
                awaitSunk(lines(0, 500));
            }
            broker.stop();
            append(lines(500, 700));
            broker.resume();
            try (ConnectWorker worker = new ConnectWorker(broker.bootstrapServers())) {
                worker.awaitRunning("source");
                worker.awaitRunning("sink");
                append(lines(700, 800));
                awaitSunk(lines(0, 800));
            }
        }
    }
}
