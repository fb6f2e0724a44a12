package io.polestar.ops.example;

import io.polestar.client.Hub;
import io.polestar.client.Publisher;
import io.polestar.client.config.ConsumerConfig;
import io.polestar.protocol.RecordHeaders;
import java.io.PrintWriter;
import java.time.Duration;

/** What cannot be handled is tried again, then set aside with its cause; the rest goes on. */
final class DeadLettersExample implements ClientExample {
    private static final String TOPIC = "orders.placed";

    @Override
    public void run(Hub hub, PrintWriter out) {
        try (Publisher publisher = hub.publisher()) {
            publisher.publish(TOPIC, "{\"amount\": 3}");
            publisher.publish(TOPIC, "this is no order");
            publisher.publish(TOPIC, "{\"amount\": 5}");
        }
        ConsumerConfig config = ConsumerConfig.builder()
                .name("billing")
                .maxRetries(2)
                .retryBackoff(Duration.ofMillis(10))
                .build();
        hub.consumer(config)
                .subscribe(TOPIC)
                .stopAtEnd()
                .onMessage(message ->
                        out.println("billed " + message.json().get("amount").asInt()))
                .start()
                .finished()
                .join();
        hub.consumer("undertaker")
                .subscribe(TOPIC + ".dead")
                .replay()
                .stopAtEnd()
                .onMessage(letter -> out.println("set aside offset "
                        + letter.header(RecordHeaders.DEAD_OFFSET).orElseThrow() + " because of "
                        + letter.header(RecordHeaders.DEAD_CAUSE).orElseThrow()))
                .start()
                .finished()
                .join();
    }
}
