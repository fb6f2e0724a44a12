package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.client.config.ConsumerConfig;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@PolestarTest(brokerPerTest = true)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class SubscribeByPatternIT {

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic", "replay"})
    void shouldReadATopicThatIsCreatedLaterWithinASecond(String how, PolestarBroker broker) {
        Map<String, Long> handledNs = new ConcurrentHashMap<>();
        try (Hub hub = Hubs.connect(broker);
                Publisher publisher = hub.publisher()) {
            publisher.publish("weather.temperature.london", "first").join();
            publisher.publish("weather.temperature.paris", "not this").join();
            ConsumerConfig config = ConsumerConfig.builder()
                    .name("g")
                    .groupProtocol(how.equals("classic") ? "classic" : "consumer")
                    .replay(how.equals("replay"))
                    .topics("weather.*.london")
                    .build();
            hub.consumer(config)
                    .onMessage(message -> handledNs.put(message.topic(), System.nanoTime()))
                    .start();
            await().until(() -> handledNs.containsKey("weather.temperature.london"));

            for (int i = 0; i < 5; i++) {
                String young = "weather.measure" + i + ".london";
                long publishedNs = System.nanoTime();
                publisher.publish(young, "later").join();
                await().pollInterval(Duration.ofMillis(5)).until(() -> handledNs.containsKey(young));

                long tookMs = (handledNs.get(young) - publishedNs) / 1_000_000;
                System.out.println(how + ": a new topic's record was handled after " + tookMs + " ms");
                assertTrue(tookMs < 1000, how + " took " + tookMs + " ms");
            }
            assertEquals(6, handledNs.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldFollowWhatIsSubscribedToWhileItRuns(String protocol, PolestarBroker broker) {
        List<String> handled = new CopyOnWriteArrayList<>();
        try (Hub hub = Hubs.connect(broker)) {
            Hubs.publishNumbers(hub, "a.one", 1);
            Hubs.publishNumbers(hub, "b.one", 1);
            Consumer consumer = hub.consumer(Hubs.quick("g")
                            .groupProtocol(protocol)
                            .topics("a.*")
                            .build())
                    .onMessage(message -> handled.add(message.topic()))
                    .start();
            await().until(() -> handled.equals(List.of("a.one")));

            consumer.subscribe("b.>").unsubscribe("a.*");
            await().until(() -> handled.equals(List.of("a.one", "b.one")));
        }
    }
}
