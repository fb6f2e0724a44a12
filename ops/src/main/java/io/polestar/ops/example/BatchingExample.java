package io.polestar.ops.example;

import io.polestar.client.Hub;
import io.polestar.client.Publisher;
import io.polestar.client.config.ConsumerConfig;
import io.polestar.client.config.PublisherConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Many messages in few requests, compressed, and handled a hundred at a time. */
final class BatchingExample implements ClientExample {
    private static final int MESSAGES = 1_000;
    private static final int AT_ONCE = 100;

    @Override
    public void run(Hub hub, PrintWriter out) {
        PublisherConfig throughput = PublisherConfig.builder()
                .name("bulk")
                .linger(Duration.ofMillis(5))
                .compression("lz4")
                .build();
        try (Publisher publisher = hub.publisher(throughput)) {
            for (int i = 0; i < MESSAGES; i++) {
                publisher.publish("bulk.numbers", Integer.toString(i));
            }
        }
        AtomicInteger handled = new AtomicInteger();
        ConsumerConfig batches =
                ConsumerConfig.builder().name("batches").batchSize(AT_ONCE).build();
        hub.consumer(batches)
                .subscribe("bulk.numbers")
                .replay()
                .stopAtEnd()
                .onBatch(messages -> handled.addAndGet(messages.size()))
                .start()
                .finished()
                .join();
        out.println("handled " + handled + " in batches");
    }
}
