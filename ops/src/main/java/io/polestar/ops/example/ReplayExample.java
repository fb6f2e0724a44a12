package io.polestar.ops.example;

import io.polestar.client.Consumer;
import io.polestar.client.Hub;
import io.polestar.client.Outgoing;
import io.polestar.client.Publisher;
import java.io.PrintWriter;
import java.time.Instant;

/** The log is read again: all of it, from an offset, from a time. */
final class ReplayExample implements ClientExample {
    private static final String TOPIC = "history.days";
    private static final int DAYS = 10;
    private static final Instant FIRST_DAY = Instant.parse("2026-01-01T00:00:00Z");
    private static final long DAY_S = 86_400;

    @Override
    public void run(Hub hub, PrintWriter out) {
        try (Publisher publisher = hub.publisher()) {
            for (int day = 0; day < DAYS; day++) {
                publisher.publish(Outgoing.of(TOPIC, "day " + (day + 1))
                        .withTimestampMs(FIRST_DAY.plusSeconds(day * DAY_S).toEpochMilli()));
            }
        }
        out.println("all: " + count(hub.consumer("history").fromBeginning()));
        out.println("from offset 7: " + count(hub.consumer("history").fromOffset(7)));
        out.println(
                "from the 6th on: " + count(hub.consumer("history").fromTime(Instant.parse("2026-01-06T00:00:00Z"))));
    }

    private static long count(Consumer consumer) {
        var handled = new java.util.concurrent.atomic.AtomicLong();
        consumer.subscribe(TOPIC)
                .replay()
                .stopAtEnd()
                .onMessage(message -> handled.incrementAndGet())
                .start()
                .finished()
                .join();
        return handled.get();
    }
}
