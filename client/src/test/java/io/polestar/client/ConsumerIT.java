package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@PolestarTest
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ConsumerIT {
    private final String topic = Hubs.name("consumed.");
    private final String group = Hubs.name("group-");
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private Hub hub;

    @BeforeEach
    void connect(PolestarBroker broker) {
        hub = Hubs.connect(broker);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void shouldHandleEachMessageOnceInOrderAndStopAtTheEnd() {
        Hubs.publishNumbers(hub, topic, 1000);

        hub.consumer(group)
                .subscribe(topic)
                .stopAtEnd()
                .onMessage(message -> handled.add(message.text()))
                .start()
                .finished()
                .join();

        assertEquals(Hubs.numbers(0, 1000), handled);
    }

    @Test
    void shouldKeepTheOrderOfEachKeyWhileKeysAreHandledBesideEachOther() {
        Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger mostRunning = new AtomicInteger();
        try (Publisher publisher = hub.publisher()) {
            IntStream.range(0, 400).forEach(i -> publisher.publish(topic, "key" + i % 8, i));
        }

        hub.consumer(Hubs.quick(group).workerCount(4).build())
                .subscribe(topic)
                .stopAtEnd()
                .onMessage(message -> {
                    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                    byKey.computeIfAbsent(message.keyText().orElseThrow(), key -> new CopyOnWriteArrayList<>())
                            .add(message.as(Integer.class));
                    TimeUnit.MICROSECONDS.sleep(500);
                    running.decrementAndGet();
                })
                .start()
                .finished()
                .join();

        assertEquals(8, byKey.size());
        byKey.forEach((key, values) -> assertEquals(values.stream().sorted().toList(), values, key));
        assertEquals(400, byKey.values().stream().mapToInt(List::size).sum());
        assertTrue(mostRunning.get() > 1, "handlers ran beside each other");
    }

    @Test
    void shouldCommitOnlyWhatWasHandledWhenAHandlerIsSlow() {
        Hubs.publishNumbers(hub, topic, 10);
        CountDownLatch never = new CountDownLatch(1);
        Consumer stuck = hub.consumer(
                        Hubs.quick(group).drainTimeout(Duration.ofMillis(100)).build())
                .subscribe(topic)
                .onMessage(message -> {
                    if (message.offset() == 6) {
                        never.await();
                    }
                    handled.add(message.text());
                })
                .start();
        await().until(() -> handled.size() == 6);
        stuck.close();
        handled.clear();

        hub.consumer(group)
                .subscribe(topic)
                .stopAtEnd()
                .onMessage(message -> handled.add(message.text()))
                .start()
                .finished()
                .join();

        assertEquals(Hubs.numbers(6, 10), handled);
        never.countDown();
    }

    @Test
    void shouldStayInItsGroupAndHandleAllWhenHandlersAreSlowerThanTheQueueIsLong() {
        Hubs.publishNumbers(hub, topic, 200);

        Consumer consumer = hub.consumer(Hubs.quick(group).queueSize(10).build())
                .subscribe(topic)
                .stopAtEnd()
                .onMessage(message -> {
                    TimeUnit.MILLISECONDS.sleep(2);
                    assertTrue(hub.metrics().queueCapacity() <= 1);
                    handled.add(message.text());
                })
                .start();
        consumer.finished().join();

        assertEquals(Hubs.numbers(0, 200), handled);
    }

    @Test
    void shouldHandBatchesToABatchHandler() {
        Hubs.publishNumbers(hub, topic, 1000);
        List<Integer> sizes = new CopyOnWriteArrayList<>();

        hub.consumer(Hubs.quick(group).batchSize(100).build())
                .subscribe(topic)
                .stopAtEnd()
                .onBatch(messages -> {
                    sizes.add(messages.size());
                    messages.forEach(message -> handled.add(message.text()));
                })
                .start()
                .finished()
                .join();

        assertEquals(Hubs.numbers(0, 1000), handled);
        assertTrue(sizes.stream().allMatch(size -> size <= 100), sizes.toString());
        assertTrue(sizes.stream().anyMatch(size -> size > 10), sizes.toString());
    }

    @Test
    void shouldGiveTheHandlerOnlyWhatPassesAllFilters() {
        try (Publisher publisher = hub.publisher()) {
            publisher.publish(
                    Outgoing.of(topic, Map.of("celsius", 31)).withKey("a1").withHeader("unit", "C"));
            publisher.publish(
                    Outgoing.of(topic, Map.of("celsius", 12)).withKey("a2").withHeader("unit", "C"));
            publisher.publish(
                    Outgoing.of(topic, Map.of("celsius", 33)).withKey("a3").withHeader("unit", "F"));
            publisher.publish(
                    Outgoing.of(topic, Map.of("celsius", 34)).withKey("b4").withHeader("unit", "C"));
        }

        hub.consumer(group)
                .subscribe(topic)
                .filter(Filters.topic("consumed.*"))
                .filter(Filters.keyStartsWith("a"))
                .filter(Filters.header("unit", "C"))
                .filter(Filters.json(value -> value.get("celsius").asInt() > 30))
                .stopAtEnd()
                .onMessage(message -> handled.add(message.keyText().orElseThrow()))
                .start()
                .finished()
                .join();

        assertEquals(List.of("a1"), handled);
    }

    @Test
    void shouldReplayFromAnOffsetOrATimeForItselfAlone() {
        try (Publisher publisher = hub.publisher()) {
            IntStream.range(0, 20)
                    .forEach(i -> publisher.publish(
                            Outgoing.of(topic, Integer.toString(i)).withTimestampMs(1_000_000L + i * 1000L)));
        }

        replay(hub.consumer(group).fromOffset(15));
        assertEquals(Hubs.numbers(15, 20), handled);
        handled.clear();
        replay(hub.consumer(group).fromTime(Instant.ofEpochMilli(1_017_500)));
        assertEquals(Hubs.numbers(18, 20), handled);
        handled.clear();
        replay(hub.consumer(group).fromBeginning());
        assertEquals(Hubs.numbers(0, 20), handled);
        handled.clear();
        replay(hub.consumer(group).fromEnd());
        replay(hub.consumer(group).fromOffset(1000));
        assertEquals(List.of(), handled);
    }

    private void replay(Consumer consumer) {
        consumer.subscribe(topic)
                .replay()
                .stopAtEnd()
                .onMessage(message -> handled.add(message.text()))
                .start()
                .finished()
                .join();
    }

    @Test
    void shouldDropAndSayWhatWasDroppedWhenTheQueueIsFull() {
        List<String> dropped = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Consumer consumer = hub.consumer(Hubs.quick(group)
                        .queueSize(10)
                        .queueFullBehaviour(io.polestar.client.config.QueueFullBehaviour.DROP_OLDEST)
                        .build())
                .subscribe(topic)
                .listener(new ConsumerListener() {
                    @Override
                    public void onDropped(Message message) {
                        dropped.add(message.text());
                    }
                })
                .onMessage(message -> {
                    begun.countDown();
                    go.await();
                    handled.add(message.text());
                })
                .start();
        Hubs.publishNumbers(hub, topic, 1);
        await().until(() -> begun.getCount() == 0);
        Hubs.publishNumbers(hub, topic, 99);
        await().until(() -> dropped.size() == 90);
        go.countDown();
        await().until(() -> handled.size() == 10);
        consumer.close();

        assertEquals("0", handled.get(0));
        assertEquals(Hubs.numbers(90, 99), handled.subList(1, 10));
        assertEquals(90, hub.metrics().dropped());
    }

    @Test
    void shouldStopWhenTheQueueIsFullAndThatIsToFail() {
        Hubs.publishNumbers(hub, topic, 100);
        CountDownLatch go = new CountDownLatch(1);
        Consumer consumer = hub.consumer(Hubs.quick(group)
                        .queueSize(10)
                        .drainTimeout(Duration.ofMillis(50))
                        .queueFullBehaviour(io.polestar.client.config.QueueFullBehaviour.FAIL)
                        .build())
                .subscribe(topic)
                .onMessage(message -> go.await())
                .start();

        Throwable cause = assertThrows(
                        java.util.concurrent.ExecutionException.class,
                        () -> consumer.finished().get())
                .getCause();

        assertEquals(QueueFullException.class, cause.getClass());
        go.countDown();
    }

    @Test
    void shouldFetchNothingWhilePaused() {
        Consumer consumer = hub.consumer(Hubs.quick(group).build())
                .subscribe(topic)
                .onMessage(message -> handled.add(message.text()))
                .start();
        Hubs.publishNumbers(hub, topic, 1);
        await().until(() -> handled.size() == 1);

        CountDownLatch paused = new CountDownLatch(1);
        consumer.listener(new ConsumerListener() {
            @Override
            public void onPaused(String reason) {
                paused.countDown();
            }
        });
        consumer.pause();
        await().until(() -> paused.getCount() == 0);
        Hubs.publishNumbers(hub, topic, 1);
        await().during(Duration.ofMillis(300)).until(() -> handled.size() == 1);

        consumer.resume();
        await().until(() -> handled.size() == 2);
    }

    @Test
    void shouldRefuseToStartWithoutHandlerOrTopics() {
        assertFalse(assertThrows(
                        IllegalStateException.class,
                        () -> hub.consumer(group).subscribe(topic).start())
                .getMessage()
                .isEmpty());
        assertThrows(
                IllegalStateException.class,
                () -> hub.consumer(group).onMessage(message -> {}).start());
    }
}
