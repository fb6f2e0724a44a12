package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.client.PublishQueue.Offer;
import io.polestar.client.PublishQueue.Outcome;
import io.polestar.client.config.QueueFullBehaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
final class PublishQueueTest {
    private final List<String> stamped = new ArrayList<>();

    private PendingMessage message(String topic) {
        return new PendingMessage(new ProducerRecord<>(topic, new byte[0]), headers -> stamped.add(topic));
    }

    @Test
    void shouldDropTheOneThatHasWaitedLongestAndNoneInFlight() throws InterruptedException {
        PublishQueue queue = new PublishQueue(4, QueueFullBehaviour.DROP_OLDEST);
        List<PendingMessage> messages = List.of(message("a"), message("b"), message("c"), message("d"), message("e"));
        for (PendingMessage message : messages.subList(0, 4)) {
            queue.offer(message);
        }
        assertSame(messages.get(0), queue.take());

        Offer offer = queue.offer(messages.get(4));

        assertSame(messages.get(1), offer.dropped().orElseThrow());
        assertEquals(1.0, queue.fill());
        assertEquals(1, queue.inFlight());
    }

    /** So that a tracker misses what was dropped, and does not miss what was refused. */
    @Test
    void shouldNumberWhatItDropsButNotWhatItRefuses() throws InterruptedException {
        PublishQueue dropping = new PublishQueue(1, QueueFullBehaviour.DROP_NEWEST);
        dropping.offer(message("taken"));
        dropping.offer(message("dropped"));
        PublishQueue refusing = new PublishQueue(1, QueueFullBehaviour.FAIL);
        refusing.offer(message("taken too"));

        assertEquals(Outcome.REFUSED, refusing.offer(message("refused")).outcome());
        assertEquals(List.of("taken", "dropped", "taken too"), stamped);
    }

    @Test
    void shouldFlushWhatWasThereBeforeAndNotWaitForWhatComesAfter() throws Exception {
        PublishQueue queue = new PublishQueue(10, QueueFullBehaviour.BLOCK);
        PendingMessage before = message("before");
        queue.offer(before);
        assertFalse(queue.flush(TimeUnit.MILLISECONDS.toNanos(10)));
        CompletableFuture<Boolean> flush = CompletableFuture.supplyAsync(() -> flush(queue));
        queue.take();
        await().until(() -> queue.flushes() == 2);
        queue.offer(message("after"));

        queue.landed();
        assertFalse(flush.isDone());
        queue.answered(before);

        assertTrue(flush.get());
    }

    private static boolean flush(PublishQueue queue) {
        try {
            return queue.flush(PublishQueue.withoutEnd());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldEndWhenItIsClosedAndEmpty() throws InterruptedException {
        PublishQueue queue = new PublishQueue(10, QueueFullBehaviour.BLOCK);
        queue.offer(message("last"));
        queue.close();

        assertEquals(Outcome.CLOSED, queue.offer(message("late")).outcome());
        assertEquals("last", queue.take().message.topic());
        assertEquals(null, queue.take());
    }
}
