package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BrokerIT {
    @TempDir
    static Path directory;

    private static BrokerFixture broker;

    @BeforeAll
    static void start() {
        broker = BrokerFixture.builder(directory).start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldGiveBackWhatWasProducedWhateverTheCodec(String codec) throws Exception {
        String topic = "codec-" + codec;
        List<String> values =
                IntStream.range(0, 500).mapToObj(i -> "value " + i).toList();
        produce(topic, values, Map.of("compression.type", codec, "linger.ms", "20"));
        assertEquals(values, consumeAll(topic, values.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldCommitAndGoOnFromThereInAGroup(String protocol) throws Exception {
        String topic = "group-" + protocol;
        List<String> values =
                IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        produce(topic, values, Map.of());
        Map<String, Object> configs = Map.of(
                "group.id",
                "g-" + protocol,
                "group.protocol",
                protocol,
                "enable.auto.commit",
                false,
                "max.poll.records",
                40);

        try (KafkaConsumer<String, String> first = broker.consumer(configs)) {
            first.subscribe(List.of(topic));
            assertEquals(values.subList(0, 40), poll(first, 40));
            first.commitSync();
        }
        try (KafkaConsumer<String, String> second = broker.consumer(configs)) {
            second.subscribe(List.of(topic));
            assertEquals(values.subList(40, 100), poll(second, 60));
        }
    }

    @Test
    void shouldSeekByOffsetAndByTime() throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>("seek", 0, 1_000_000L + i * 1000, null, "v" + i));
            }
        }
        TopicPartition partition = new TopicPartition("seek", 0);
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 42);
            assertEquals("v42", poll(consumer, 1).get(0));
            long offset = consumer.offsetsForTimes(Map.of(partition, 1_000_000L + 77 * 1000 - 1))
                    .get(partition)
                    .offset();
            assertEquals(77, offset);
            assertEquals(100L, consumer.endOffsets(List.of(partition)).get(partition));
        }
    }

    private static void produce(String topic, List<String> values, Map<String, ?> configs) throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(configs)) {
            List<Future<?>> sent = new ArrayList<>();
            for (String value : values) {
                sent.add(producer.send(new ProducerRecord<>(topic, value)));
            }
            for (Future<?> each : sent) {
                each.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static List<String> consumeAll(String topic, int count) {
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            return poll(consumer, count);
        }
    }

    private static List<String> poll(KafkaConsumer<String, String> consumer, int count) {
        List<String> values = new ArrayList<>();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (values.size() < count && System.nanoTime() < deadlineNs) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                values.add(record.value());
            }
        }
        return values;
    }
}
