package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.polestar.client.config.ConsumerConfig;
import io.polestar.client.config.HubConfig;
import io.polestar.protocol.RecordHeaders;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@PolestarTest
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class FailuresIT {
    private final String topic = Hubs.name("failing.");
    private final String group = Hubs.name("group-");
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private Hub hub;

    @BeforeEach
    void connect(PolestarBroker broker) {
        hub = Hubs.connect(broker);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private List<Message> read(String from) {
        List<Message> messages = new CopyOnWriteArrayList<>();
        hub.consumer("reader")
                .subscribe(from)
                .replay()
                .stopAtEnd()
                .onMessage(messages::add)
                .start()
                .finished()
                .join();
        return messages;
    }

    @Test
    void shouldTryAgainAndKeepTheOrder() {
        Hubs.publishNumbers(hub, topic, 5);
        AtomicInteger failures = new AtomicInteger();

        hub.consumer(Hubs.quick(group).maxRetries(3).build())
                .subscribe(topic)
                .stopAtEnd()
                .onMessage(message -> {
                    if (message.offset() == 2 && failures.incrementAndGet() <= 3) {
                        throw new IllegalStateException("not yet");
                    }
                    handled.add(message.text());
                })
                .start()
                .finished()
                .join();

        assertEquals(Hubs.numbers(0, 5), handled);
        assertEquals(3, hub.metrics().errors().get("IllegalStateException"));
    }

    @Test
    void shouldPutWhatCannotBeHandledIntoTheDeadLetterTopicWithItsCause() {
        try (Publisher publisher = hub.publisher()) {
            publisher.publish(Outgoing.of(topic, "good"));
            publisher.publish(Outgoing.of(topic, "poison")
                    .withKey("k")
                    .withHeader("unit", "C")
                    .withTimestampMs(77));
            publisher.publish(Outgoing.of(topic, "good too"));
        }

        hub.consumer(Hubs.quick(group).maxRetries(2).build())
                .subscribe("failing.>")
                .filter(message -> message.topic().startsWith(topic))
                .stopAtEnd()
                .onMessage(message -> {
                    if (message.text().equals("poison")) {
                        throw new IllegalArgumentException("it is poison");
                    }
                    handled.add(message.text());
                })
                .start()
                .finished()
                .join();

        assertEquals(List.of("good", "good too"), handled.stream().sorted().toList());
        Message letter = read(topic + ".dead").get(0);
        assertEquals("poison", letter.text());
        assertEquals("k", letter.keyText().orElseThrow());
        assertEquals(77, letter.timestampMs());
        assertEquals("C", letter.header("unit").orElseThrow());
        assertEquals(topic, letter.header(RecordHeaders.DEAD_TOPIC).orElseThrow());
        assertEquals("0", letter.header(RecordHeaders.DEAD_PARTITION).orElseThrow());
        assertEquals("1", letter.header(RecordHeaders.DEAD_OFFSET).orElseThrow());
        assertEquals(group, letter.header(RecordHeaders.DEAD_CONSUMER).orElseThrow());
        assertEquals(
                IllegalArgumentException.class.getName(),
                letter.header(RecordHeaders.DEAD_CAUSE).orElseThrow());
        assertEquals("it is poison", letter.header(RecordHeaders.DEAD_MESSAGE).orElseThrow());
        assertEquals("3", letter.header(RecordHeaders.DEAD_ATTEMPTS).orElseThrow());
    }

    @Test
    void shouldBuryOnlyThePoisonOfABatch() {
        Hubs.publishNumbers(hub, topic, 20);

        hub.consumer(Hubs.quick(group).maxRetries(1).batchSize(20).build())
                .subscribe(topic)
                .stopAtEnd()
                .onBatch(messages -> {
                    if (messages.stream().anyMatch(message -> message.text().equals("13"))) {
                        throw new IllegalArgumentException("unlucky");
                    }
                    messages.forEach(message -> handled.add(message.text()));
                })
                .start()
                .finished()
                .join();

        assertEquals(19, handled.size());
        assertEquals(
                List.of("13"), read(topic + ".dead").stream().map(Message::text).toList());
    }

    @Test
    void shouldWaitWhileTheCircuitIsOpenAndBuryNothing() {
        CircuitBreaker circuit = CircuitBreaker.of(
                "database",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .waitDurationInOpenState(Duration.ofMillis(100))
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
        AtomicBoolean databaseIsDown = new AtomicBoolean(true);
        Consumer consumer = hub.consumer(Hubs.quick(group).maxRetries(5).build())
                .subscribe(topic)
                .circuitBreaker(circuit)
                .listener(new ConsumerListener() {
                    @Override
                    public void onPaused(String reason) {
                        events.add(reason);
                    }

                    @Override
                    public void onResumed() {
                        events.add("resumed");
                    }
                })
                .onMessage(message -> {
                    if (databaseIsDown.get()) {
                        throw new IllegalStateException("database is down");
                    }
                    handled.add(message.text());
                })
                .start();
        Hubs.publishNumbers(hub, topic, 20);

        await().until(() -> events.size() >= 4);
        assertEquals("the circuit is open", events.get(0));
        databaseIsDown.set(false);
        await().until(() -> handled.size() == 20);

        assertEquals(Hubs.numbers(0, 20), handled);
        await().until(() -> events.get(events.size() - 1).equals("resumed"));
        consumer.close();
        assertEquals(
                0.0,
                hub.metrics()
                        .registry()
                        .find("polestar.client.dead.letters")
                        .counter()
                        .count());
    }

    @Test
    void shouldTellOfAConnectionThatBreaksAndComesBackAndGoOn() {
        try (PolestarBroker own = PolestarBroker.start();
                Hub ownHub = Hub.connect(
                        Hubs.config(own).healthInterval(Duration.ofMillis(50)).build())) {
            ownHub.addListener(new HubListener() {
                @Override
                public void onDisconnected(Throwable cause) {
                    events.add("disconnected");
                }

                @Override
                public void onReconnected(Duration after) {
                    events.add("reconnected");
                }
            });
            ownHub.consumer(Hubs.quick(group).build())
                    .subscribe(topic)
                    .onMessage(message -> handled.add(message.text()))
                    .start();
            Hubs.publishNumbers(ownHub, topic, 3);
            await().until(() -> handled.size() == 3);

            own.stop();
            await().until(() -> events.contains("disconnected"));
            assertTrue(!ownHub.isHealthy());
            own.resume();
            await().until(() -> events.contains("reconnected"));
            assertTrue(ownHub.metrics().reconnects() >= 1);

            Hubs.publishNumbers(ownHub, topic, 3);
            await().until(() -> handled.size() >= 6);
            assertEquals(6, handled.size());
        }
    }

    @Test
    void shouldSayWhereNoBrokerAnswered() {
        HubUnreachableException refusal = assertThrows(
                HubUnreachableException.class,
                () -> Hub.connect(HubConfig.builder()
                        .bootstrap("127.0.0.1:1")
                        .dialTimeout(Duration.ofMillis(200))
                        .build()));

        assertEquals("no broker answered at 127.0.0.1:1 within 200 ms", refusal.getMessage());
    }

    @Test
    void shouldRefuseAConsumerWithoutAName() {
        assertEquals(
                "option name = nothing is refused; allowed: a consumer's name; it is the name of its group",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> hub.consumer(ConsumerConfig.builder().build()))
                        .getMessage());
    }
}
