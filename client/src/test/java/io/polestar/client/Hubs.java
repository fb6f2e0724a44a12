package io.polestar.client;

import io.polestar.client.config.ConsumerConfig;
import io.polestar.client.config.HubConfig;
import io.polestar.testing.PolestarBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Hubs and names for tests that share a broker. */
final class Hubs {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Hubs() {}

    static HubConfig.Builder config(PolestarBroker broker) {
        return HubConfig.builder().bootstrap(broker.bootstrapServers());
    }

    static Hub connect(PolestarBroker broker) {
        return Hub.connect(config(broker).build());
    }

    /** A name that no other test has. */
    static String name(String begin) {
        return begin + COUNT.incrementAndGet();
    }

    /** A consumer's options with short waits. */
    static ConsumerConfig.Builder quick(String name) {
        return ConsumerConfig.builder()
                .name(name)
                .retryBackoff(Duration.ofMillis(5))
                .retryBackoffMax(Duration.ofMillis(20))
                .commitInterval(Duration.ofMillis(50));
    }

    /** Publishes the numbers from 0 on, as texts, and waits for their receipts. */
    static List<Receipt> publishNumbers(Hub hub, String topic, int count) {
        try (Publisher publisher = hub.publisher()) {
            List<CompletableFuture<Receipt>> receipts = new ArrayList<>(IntStream.range(0, count)
                    .mapToObj(i -> publisher.publish(topic, Integer.toString(i)))
                    .toList());
            return receipts.stream().map(CompletableFuture::join).toList();
        }
    }

    static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
