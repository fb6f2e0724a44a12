package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.client.config.PublisherConfig;
import io.polestar.client.config.QueueFullBehaviour;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@PolestarTest(brokerPerTest = true)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class PublisherIT {
    private static final String TOPIC = "published.here";
    private PolestarBroker broker;
    private Hub hub;

    record Reading(String city, double celsius) {}

    @BeforeEach
    void connect(PolestarBroker given) {
        broker = given;
        hub = Hubs.connect(given);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private List<Message> all() {
        List<Message> messages = new CopyOnWriteArrayList<>();
        hub.consumer("reader")
                .subscribe(TOPIC)
                .replay()
                .stopAtEnd()
                .onMessage(messages::add)
                .start()
                .finished()
                .join();
        return messages;
    }

    @Test
    void shouldSayWhereAMessageIsAndKeepItAsItWasWritten() {
        try (Publisher publisher = hub.publisher()) {
            Receipt receipt = publisher.publish(TOPIC, new byte[] {1, 2}).join();
            assertEquals(new Receipt(TOPIC, 0, 0, receipt.timestampMs(), false), receipt);
            publisher.publish(TOPIC, "key", Map.of("celsius", 21.5)).join();
            publisher.publish(TOPIC, new Reading("london", 7)).join();
            publisher
                    .publish(Outgoing.of(TOPIC, "text").withHeader("unit", "C").withTimestampMs(1234))
                    .join();
        }

        List<Message> messages = all();
        assertArrayEquals(new byte[] {1, 2}, messages.get(0).value());
        assertEquals("{\"celsius\":21.5}", messages.get(1).text());
        assertEquals("key", messages.get(1).keyText().orElseThrow());
        assertEquals(new Reading("london", 7), messages.get(2).as(Reading.class));
        assertEquals("C", messages.get(3).header("unit").orElseThrow());
        assertEquals(1234, messages.get(3).timestampMs());
    }

    @Test
    void shouldSayThatItIsOnDiskWhenTheTopicsDurabilityIsSync() throws Exception {
        hub.admin()
                .createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("polestar.durability", "sync"))))
                .all()
                .get();

        assertTrue(hub.publisher().publish(TOPIC, "text").join().durable());
        assertFalse(hub.publisher(PublisherConfig.builder().acks("1").build())
                .publish(TOPIC, "text")
                .join()
                .durable());
    }

    @Test
    void shouldShareConnectionsUnlessOptionsDiffer() {
        hub.publisher();
        hub.publisher("other");
        Publisher compressed =
                hub.publisher(PublisherConfig.builder().compression("lz4").build());

        assertEquals(2, hub.producers());
        compressed.publish(TOPIC, "text").join();
        compressed.close();
        assertEquals(1, hub.producers());
    }

    @Test
    void shouldLoseNothingWhenItIsClosedAtOnce() {
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        Publisher publisher = hub.publisher();
        for (int i = 0; i < 20_000; i++) {
            receipts.add(publisher.publish(TOPIC, Integer.toString(i)));
        }
        publisher.close();

        assertTrue(receipts.stream().allMatch(CompletableFuture::isDone));
        assertEquals(
                IntStream.range(0, 20_000).asLongStream().boxed().toList(),
                receipts.stream().map(receipt -> receipt.join().offset()).toList());
        CompletionException refusal = assertThrows(
                CompletionException.class,
                () -> publisher.publish(TOPIC, "late").join());
        assertEquals(PublisherClosedException.class, refusal.getCause().getClass());
    }

    @Test
    void shouldLoseNothingAndDoubleNothingWhenTheBrokerIsAwayForAWhile() {
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        try (Publisher publisher = hub.publisher()) {
            for (int i = 0; i < 2_000; i++) {
                receipts.add(publisher.publish(TOPIC, Integer.toString(i)));
                if (i == 1_000) {
                    broker.stop();
                }
                if (i == 1_500) {
                    broker.resume();
                }
            }
        }

        receipts.forEach(CompletableFuture::join);
        assertEquals(Hubs.numbers(0, 2_000), all().stream().map(Message::text).toList());
    }

    @Test
    void shouldWaitInFlushForAllThatWasPublishedBefore() throws InterruptedException {
        Publisher publisher = hub.publisher();
        List<CompletableFuture<Receipt>> receipts = IntStream.range(0, 5_000)
                .mapToObj(i -> publisher.publish(TOPIC, Integer.toString(i)))
                .toList();

        publisher.flush();

        assertTrue(receipts.stream().allMatch(CompletableFuture::isDone));
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_NEWEST", "DROP_OLDEST", "FAIL"})
    void shouldNameWhatIsNotSentWhenTheQueueIsFull(QueueFullBehaviour behaviour) {
        Publisher publisher = hub.publisher(PublisherConfig.builder()
                .name("small")
                .queueSize(10)
                .queueFullBehaviour(behaviour)
                .build());
        publisher.publish(TOPIC, "warm").join();
        broker.stop();
        List<CompletableFuture<Receipt>> receipts = IntStream.range(0, 30)
                .mapToObj(i -> publisher.publish(TOPIC, Integer.toString(i)))
                .toList();
        assertTrue(hub.metrics().queueCapacity() > 0.8);
        assertEquals(20, receipts.stream().filter(CompletableFuture::isDone).count());
        broker.resume();
        publisher.close();

        Class<?> expected =
                behaviour == QueueFullBehaviour.FAIL ? QueueFullException.class : MessageDroppedException.class;
        List<CompletableFuture<Receipt>> failed = receipts.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .toList();
        assertEquals(20, failed.size());
        failed.forEach(receipt -> assertEquals(
                expected,
                assertThrows(CompletionException.class, receipt::join)
                        .getCause()
                        .getClass()));
        assertEquals(Map.of(expected.getSimpleName(), 20L), hub.metrics().errors());
        assertEquals(
                behaviour == QueueFullBehaviour.FAIL ? 0 : 20, hub.metrics().dropped());
        List<String> stored = all().stream().map(Message::text).toList();
        assertEquals(11, stored.size());
        if (behaviour == QueueFullBehaviour.DROP_OLDEST) {
            assertEquals("29", stored.get(10));
        } else {
            assertEquals(Hubs.numbers(0, 10), stored.subList(1, 11));
        }
    }

    @Test
    void shouldMakeWhoeverPublishesWaitWhenTheQueueIsFull() {
        Publisher publisher =
                hub.publisher(PublisherConfig.builder().queueSize(10).build());
        publisher.publish(TOPIC, "warm").join();
        broker.stop();
        IntStream.range(0, 10).forEach(i -> publisher.publish(TOPIC, "full"));
        CompletableFuture<Receipt> waiting = CompletableFuture.supplyAsync(
                () -> publisher.publish(TOPIC, "waits").join());

        await().during(Duration.ofMillis(200)).until(() -> !waiting.isDone());
        assertFalse(waiting.isDone());
        broker.resume();

        assertEquals(11, waiting.join().offset());
    }

    @Test
    void shouldGiveUpAtTheDeliveryDeadline() {
        Publisher publisher = hub.publisher(PublisherConfig.builder()
                .writeTimeout(Duration.ofMillis(500))
                .deliveryTimeout(Duration.ofSeconds(3))
                .build());
        publisher.publish(TOPIC, "warm").join();
        broker.stop();

        CompletionException late = assertThrows(
                CompletionException.class,
                () -> publisher.publish(TOPIC, "late").join());

        assertEquals(
                org.apache.kafka.common.errors.TimeoutException.class,
                late.getCause().getClass());
        broker.resume();
    }

    @Test
    void shouldFailOneMessageAndSendTheOthersWhenItIsTooLarge() {
        try (Publisher publisher = hub.publisher()) {
            CompletableFuture<Receipt> large = publisher.publish(TOPIC, new byte[2_000_000]);
            publisher.publish(TOPIC, "small").join();

            assertEquals(
                    RecordTooLargeException.class,
                    assertThrows(CompletionException.class, large::join)
                            .getCause()
                            .getClass());
        }
    }

    @Test
    void shouldMeasureLatencies() {
        Hubs.publishNumbers(hub, TOPIC, 100);

        assertTrue(hub.metrics().publishLatency(0.5).toNanos() > 0);
        assertTrue(hub.metrics().publishLatency(0.99).compareTo(hub.metrics().publishLatency(0.5)) >= 0);
        assertThrows(IllegalArgumentException.class, () -> hub.metrics().publishLatency(0.3));
    }
}
