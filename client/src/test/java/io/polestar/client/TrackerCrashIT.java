package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.client.config.PublisherConfig;
import io.polestar.client.track.MessageTracker;
import io.polestar.client.track.TrackReport;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader that is killed with -9, again and again, while messages come. */
@PolestarTest(settings = {"group.consumer.min.session.timeout.ms=1000", "group.consumer.session.timeout.ms=1500"})
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class TrackerCrashIT {
    private static final String TOPIC = "tracked.crash";
    private static final int KILLS = 3;
    private static final int MESSAGES_A_LIFE = 2_000;

    @TempDir
    private Path folder;

    @Test
    void shouldMissNothingAndDoubleNothingWhenTheReaderIsKilled(PolestarBroker broker) throws Exception {
        Path file = folder.resolve("tracker.json");
        try (Hub hub = Hubs.connect(broker)) {
            Publisher publisher = hub.publisher(
                    PublisherConfig.builder().trackSource("sensors").build());
            for (int life = 0; life < KILLS; life++) {
                Process reader = start(broker.bootstrapServers(), file);
                try {
                    long before = received(file);
                    IntStream.range(0, MESSAGES_A_LIFE).forEach(i -> publisher.publish(TOPIC, Integer.toString(i)));
                    await().atMost(30, TimeUnit.SECONDS).until(() -> received(file) > before);
                } finally {
                    reader.destroyForcibly().waitFor();
                }
            }
            publisher.close();
            MessageTracker tracker = MessageTracker.load(file);
            tracker.expect(publisher.source().orElseThrow());
            hub.consumer(Hubs.quick("tracked").build())
                    .subscribe(TOPIC)
                    .tracker(tracker, file)
                    .stopAtEnd()
                    .onMessage(message -> {})
                    .start()
                    .finished()
                    .join();
        }

        List<TrackReport> reports = MessageTracker.load(file).report();
        System.out.println(reports);
        assertEquals(1, reports.size());
        assertTrue(reports.get(0).isClean(), reports.toString());
        assertEquals(KILLS * MESSAGES_A_LIFE, reports.get(0).received());
    }

    private static long received(Path file) throws IOException {
        return MessageTracker.load(file).report().stream()
                .mapToLong(TrackReport::received)
                .sum();
    }

    private static Process start(String bootstrap, Path file) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrackedReader.class.getName(),
                        bootstrap,
                        TOPIC,
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
