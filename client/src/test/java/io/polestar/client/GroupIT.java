package io.polestar.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.client.config.ConsumerConfig;
import io.polestar.protocol.pattern.TopicPattern;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several members of a group, and stock clients beside ours. */
@PolestarTest(settings = "num.partitions=4", brokerPerTest = true)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class GroupIT {
    private static final int MESSAGES = 2_000;
    private final Set<String> handled = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> times = new ConcurrentHashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldHandleEachMessageOnceWhileMembersComeAndGo(String protocol, PolestarBroker broker) {
        ConsumerConfig config = Hubs.quick("g")
                .groupProtocol(protocol)
                .queueSize(50)
                .topics("work.*")
                .build();
        try (Hub hub = Hubs.connect(broker);
                Publisher publisher = hub.publisher()) {
            publisher.publish("work.a", "k", "first").join();
            Consumer stays = hub.consumer(config).onMessage(this::handle).start();
            stays.ready().join();
            publish(publisher, 0);
            Consumer comes = hub.consumer(config).onMessage(this::handle).start();
            comes.ready().join();
            publish(publisher, 1);
            await().until(() -> handled.size() > MESSAGES);
            stays.close();
            publish(publisher, 2);

            await().atMost(Duration.ofSeconds(30)).until(() -> handled.size() == 3 * MESSAGES + 1);
            comes.close();
        }
        assertTrue(times.values().stream().allMatch(count -> count == 1), times.toString());
    }

    private void publish(Publisher publisher, int round) {
        IntStream.range(0, MESSAGES).forEach(i -> publisher.publish("work.a", "key" + i % 20, round + "-" + i));
    }

    private void handle(Message message) {
        times.merge(message.text(), 1, Integer::sum);
        handled.add(message.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldGiveAStockClientTheSameTopicsByRegex(String protocol, PolestarBroker broker) {
        TopicPattern pattern = TopicPattern.parse("weather.*.london");
        try (Hub hub = Hubs.connect(broker);
                KafkaConsumer<String, String> stock = new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", broker.bootstrapServers(),
                                "group.id", "stock",
                                "group.protocol", protocol,
                                "metadata.max.age.ms", "500",
                                "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            publishOne(hub, "weather.temperature.london");
            publishOne(hub, "weather.temperature.paris");
            publishOne(hub, "weather.london");
            if (protocol.equals("classic")) {
                stock.subscribe(Pattern.compile(pattern.toRegex()));
            } else {
                stock.subscribe(new SubscriptionPattern(pattern.toRegex()));
            }
            awaitTopics(stock, Set.of("weather.temperature.london"));

            long createdNs = System.nanoTime();
            publishOne(hub, "weather.wind.london");
            awaitTopics(stock, Set.of("weather.temperature.london", "weather.wind.london"));
            System.out.printf(
                    "%s: a stock client's regex saw a new topic after %d ms%n",
                    protocol, (System.nanoTime() - createdNs) / 1_000_000);
        }
    }

    private static void publishOne(Hub hub, String topic) {
        Hubs.publishNumbers(hub, topic, 1);
    }

    private void awaitTopics(KafkaConsumer<String, String> stock, Set<String> expected) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            stock.poll(Duration.ofMillis(50)).forEach(consumed -> handled.add(consumed.topic()));
            return handled.equals(expected);
        });
    }

    @Test
    void shouldLeaveWhatItHadToTheOthersWhenItIsClosed(PolestarBroker broker) {
        try (Hub hub = Hubs.connect(broker)) {
            Hubs.publishNumbers(hub, "work.b", 100);
            Consumer first = hub.consumer(Hubs.quick("g").topics("work.b").build())
                    .onMessage(this::handle)
                    .start();
            await().until(() -> handled.size() == 100);
            assertEquals(0, lagOf(hub, first));
            first.close();

            hub.consumer(Hubs.quick("g").topics("work.b").build())
                    .stopAtEnd()
                    .onMessage(this::handle)
                    .start()
                    .finished()
                    .join();

            assertEquals(List.of(1), times.values().stream().distinct().toList());
        }
    }

    private static long lagOf(Hub hub, Consumer consumer) {
        await().until(() -> consumer.lag() == 0);
        return hub.metrics().lag();
    }
}
