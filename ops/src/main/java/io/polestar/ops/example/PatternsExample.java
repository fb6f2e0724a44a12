package io.polestar.ops.example;

import io.polestar.client.Hub;
import io.polestar.client.Publisher;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** One subscription to many topics, and to one that is created while it runs. */
final class PatternsExample implements ClientExample {
    private static final int MATCHING = 3;

    @Override
    public void run(Hub hub, PrintWriter out) throws Exception {
        CountDownLatch came = new CountDownLatch(MATCHING);
        try (Publisher publisher = hub.publisher()) {
            publisher.publish("climate.temperature.london", 21.5).join();
            publisher.publish("climate.humidity.london", 0.6).join();
            publisher.publish("climate.temperature.paris", 24.0).join();

            var london = hub.consumer("all-of-london")
                    .subscribe("climate.*.london")
                    .onMessage(message -> {
                        out.println(message.topic() + " " + message.text());
                        came.countDown();
                    })
                    .start();
            london.ready().join();
            publisher.publish("climate.pressure.london", 1013).join();
            came.await();
            london.close();
        }
    }
}
