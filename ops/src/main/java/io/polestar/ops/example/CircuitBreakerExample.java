package io.polestar.ops.example;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.polestar.client.ConsumerListener;
import io.polestar.client.Hub;
import io.polestar.client.Publisher;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A database is away for a while: the consumer stops fetching instead of failing message after message. */
final class CircuitBreakerExample implements ClientExample {
    private static final int MESSAGES = 5;
    private static final int FAILING_CALLS = 4;

    @Override
    public void run(Hub hub, PrintWriter out) {
        try (Publisher publisher = hub.publisher()) {
            for (int i = 0; i < MESSAGES; i++) {
                publisher.publish("payments.made", "payment " + i);
            }
        }
        CircuitBreaker database = CircuitBreaker.of(
                "database",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitDurationInOpenState(Duration.ofMillis(100))
                        .build());
        AtomicInteger calls = new AtomicInteger();
        hub.consumer("bookkeeping")
                .subscribe("payments.made")
                .circuitBreaker(database)
                .listener(new ConsumerListener() {
                    @Override
                    public void onPaused(String reason) {
                        out.println("paused, " + reason);
                    }
                })
                .stopAtEnd()
                .onMessage(message -> {
                    if (calls.incrementAndGet() <= FAILING_CALLS) {
                        throw new IllegalStateException("the database does not answer");
                    }
                    out.println("booked " + message.text());
                })
                .start()
                .finished()
                .join();
    }
}
