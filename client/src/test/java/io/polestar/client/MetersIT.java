package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a hub measures, as an application's own registry has it. */
@PolestarTest
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class MetersIT {
    private static final String TOPIC = "measured.here";

    @Test
    void shouldBeInTheRegistryOfTheApplicationUnderTheirNames(PolestarBroker broker) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Hub hub = Hub.connect(Hubs.config(broker).build(), registry)) {
            Hubs.publishNumbers(hub, TOPIC, 100);
            try (Publisher publisher = hub.publisher("large")) {
                CompletableFuture<Receipt> refused = publisher.publish(TOPIC, new byte[2_000_000]);
                assertThrows(CompletionException.class, refused::join);
            }
            List<Message> handled = new CopyOnWriteArrayList<>();
            try (Consumer consumer = hub.consumer(Hubs.quick("measuring").build())
                    .subscribe(TOPIC)
                    .replay()
                    .onMessage(handled::add)
                    .start()) {
                await().until(() -> handled.size() == 100);
                await().until(() -> hub.metrics().lag() == 0);
                Set<String> names = registry.getMeters().stream()
                        .map(Meter::getId)
                        .map(Meter.Id::getName)
                        .filter(name -> name.startsWith("polestar.client."))
                        .collect(Collectors.toCollection(TreeSet::new));
                Set<String> documented = Set.of(
                        "polestar.client.queue.capacity",
                        "polestar.client.in.flight",
                        "polestar.client.publish.latency",
                        "polestar.client.handle.latency",
                        "polestar.client.end.to.end.latency",
                        "polestar.client.errors",
                        "polestar.client.dropped",
                        "polestar.client.reconnects",
                        "polestar.client.lag",
                        "polestar.client.dead.letters");
                assertTrue(names.containsAll(documented), names::toString);
                assertEquals(
                        100,
                        registry.get("polestar.client.handle.latency").timer().count());
                assertTrue(hub.metrics().handleLatency(0.5).toNanos() > 0);
                assertTrue(hub.metrics().endToEndLatency(0.99).toNanos() > 0);
                assertEquals(1, hub.metrics().errors().get("RecordTooLargeException"));
            }
        }
    }
}
