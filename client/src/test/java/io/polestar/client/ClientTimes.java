package io.polestar.client;

import io.polestar.client.config.HubConfig;
import io.polestar.client.config.PublisherConfig;
import io.polestar.testing.PolestarBroker;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** A program: how fast the library publishes and consumes with a broker in the same JVM, and what one message takes. */
public final class ClientTimes {
    private static final int MESSAGES = 500_000;
    private static final int ROUND_TRIPS = 20_000;
    private static final byte[] VALUE = new byte[100];

    private ClientTimes() {}

    public static void main(String[] args) throws InterruptedException {
        try (PolestarBroker broker = PolestarBroker.start();
                Hub hub = Hub.connect(HubConfig.builder()
                        .bootstrap(broker.bootstrapServers())
                        .queueSize(100_000)
                        .build())) {
            for (int round = 0; round < 3; round++) {
                publish(hub, "round" + round);
                consume(hub, "round" + round);
            }
            roundTrips(hub);
        }
    }

    private static void publish(Hub hub, String topic) throws InterruptedException {
        long beginNs = System.nanoTime();
        PublisherConfig config =
                PublisherConfig.builder().linger(Duration.ofMillis(2)).build();
        try (Publisher publisher = hub.publisher(config)) {
            for (int i = 0; i < MESSAGES; i++) {
                publisher.publish(topic, VALUE);
            }
            publisher.flush();
        }
        print("publish", beginNs);
    }

    private static void consume(Hub hub, String topic) {
        AtomicLong handled = new AtomicLong();
        long beginNs = System.nanoTime();
        hub.consumer("reader")
                .subscribe(topic)
                .replay()
                .stopAtEnd()
                .onBatch(messages -> handled.addAndGet(messages.size()))
                .start()
                .finished()
                .join();
        print("consume " + handled, beginNs);
    }

    private static void print(String what, long beginNs) {
        double seconds = (System.nanoTime() - beginNs) / 1e9;
        System.out.printf("%s: %.0f messages a second%n", what, MESSAGES / seconds);
    }

    private static void roundTrips(Hub hub) {
        long[] tookNs = new long[ROUND_TRIPS];
        try (Publisher publisher = hub.publisher()) {
            for (int i = 0; i < ROUND_TRIPS; i++) {
                long beginNs = System.nanoTime();
                CompletableFuture<Receipt> receipt = publisher.publish("single", VALUE);
                receipt.join();
                tookNs[i] = System.nanoTime() - beginNs;
            }
        }
        Arrays.sort(tookNs);
        System.out.printf(
                "one message, published and acknowledged: p50 %d us, p99 %d us%n",
                tookNs[ROUND_TRIPS / 2] / 1000, tookNs[ROUND_TRIPS * 99 / 100] / 1000);
    }
}
