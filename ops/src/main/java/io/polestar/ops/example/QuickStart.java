package io.polestar.ops.example;

import io.polestar.client.Consumer;
import io.polestar.client.Hub;
import io.polestar.client.Publisher;
import io.polestar.client.Receipt;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A message goes out and comes back. */
final class QuickStart implements ClientExample {
    @Override
    public void run(Hub hub, PrintWriter out) throws Exception {
        CountDownLatch came = new CountDownLatch(1);
        try (Publisher publisher = hub.publisher();
                Consumer consumer = hub.consumer("quick-start")) {
            Receipt receipt = publisher
                    .publish("greetings.world", Map.of("text", "hello"))
                    .join();
            out.println("published at offset " + receipt.offset());

            consumer.subscribe("greetings.world")
                    .onMessage(message -> {
                        out.println("received " + message.json().get("text").asText());
                        came.countDown();
                    })
                    .start();
            came.await();
        }
    }
}
