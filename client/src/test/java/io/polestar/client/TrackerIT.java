package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.client.config.PublisherConfig;
import io.polestar.client.config.QueueFullBehaviour;
import io.polestar.client.track.MessageTracker;
import io.polestar.client.track.TrackReport;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@PolestarTest(brokerPerTest = true)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class TrackerIT {
    private static final String TOPIC = "tracked.here";
    private final AtomicInteger handled = new AtomicInteger();

    private static PublisherConfig.Builder tracked() {
        return PublisherConfig.builder().trackSource("sensors");
    }

    private void consume(Hub hub, MessageTracker tracker, Path file) {
        hub.consumer(Hubs.quick("g").build())
                .subscribe(TOPIC)
                .tracker(tracker, file)
                .stopAtEnd()
                .onMessage(message -> handled.incrementAndGet())
                .start()
                .finished()
                .join();
    }

    @Test
    void shouldFindNothingAmissAcrossRestartsOfBothSides(PolestarBroker broker, @TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("tracker.json");
        try (Hub hub = Hubs.connect(broker)) {
            for (int run = 0; run < 3; run++) {
                try (Publisher publisher = hub.publisher(tracked().build())) {
                    IntStream.range(0, 500).forEach(i -> publisher.publish(TOPIC, Integer.toString(i)));
                }
                consume(hub, MessageTracker.load(file), file);
            }
        }

        List<TrackReport> reports = MessageTracker.load(file).report();
        assertEquals(3, reports.size());
        reports.forEach(report -> {
            assertTrue(report.isClean(), report.toString());
            assertEquals(500, report.received());
            assertEquals(0, report.redelivered());
        });
        assertEquals(1500, handled.get());
    }

    @Test
    void shouldMissExactlyWhatAFullQueueDropped(PolestarBroker broker, @TempDir Path folder) {
        MessageTracker tracker = new MessageTracker();
        try (Hub hub = Hubs.connect(broker)) {
            Publisher publisher = hub.publisher(tracked()
                    .queueSize(10)
                    .queueFullBehaviour(QueueFullBehaviour.DROP_NEWEST)
                    .build());
            publisher.publish(TOPIC, "warm").join();
            broker.stop();
            IntStream.range(0, 30).forEach(i -> publisher.publish(TOPIC, Integer.toString(i)));
            broker.resume();
            publisher.close();
            tracker.expect(publisher.source().orElseThrow());
            await().untilAsserted(() -> consume(hub, tracker, folder.resolve("tracker.json")));
        }

        TrackReport report = tracker.report().get(0);
        assertEquals(11, report.received());
        assertEquals(20, report.missingCount());
        assertEquals("[SequenceRange[first=11, last=30]]", report.missing().toString());
    }
}
