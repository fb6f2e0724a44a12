package io.polestar.client.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HubConfigTest {
    private static final String YAML = """
            bootstrap: ${BROKER:127.0.0.1:9092}
            queueSize: 1000000
            clientQueueSize: 1000
            workerCount: 100
            dialTimeout: 1000
            maxRetries: ${RETRIES}
            kafka:
              security.protocol: SSL
            publishers:
              sensors: {queueSize: 100000, writeTimeout: 2s, compression: lz4}
            consumers:
              metrics_processor:
                topics: ["metrics.*", plain]
                queueFullBehaviour: drop-oldest
            """;

    private static HubConfig parse(String text) {
        return HubConfig.parse("hub.yaml", text, Map.of("RETRIES", "2")::get);
    }

    @Test
    void shouldReadTheGuidesNamesWithTheEnvironmentPutIn() {
        HubConfig config = parse(YAML);

        assertEquals("127.0.0.1:9092", config.bootstrap());
        assertEquals(100, config.workerCount());
        assertEquals(Duration.ofSeconds(1), config.dialTimeout());
        assertEquals(Map.of("security.protocol", "SSL"), config.kafka());
        PublisherConfig sensors = config.publisher("sensors").over(config);
        assertEquals(100_000, sensors.queueSize());
        assertEquals(2, sensors.maxRetries());
        assertEquals(Duration.ofSeconds(2), sensors.writeTimeout());
        assertEquals(1_000_000, config.publisher("another").over(config).queueSize());
        ConsumerConfig metrics = config.consumer("metrics_processor").over(config);
        assertEquals("metrics_processor", metrics.name());
        assertEquals(List.of("metrics.*", "plain"), metrics.topics());
        assertEquals(1000, metrics.queueSize());
        assertEquals(2, metrics.maxRetries());
        assertEquals(Optional.empty(), metrics.workerCount());
        assertEquals(QueueFullBehaviour.DROP_OLDEST, metrics.queueFullBehaviour());
    }

    @Test
    void shouldReadJsonAlike(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("hub.json"), "{\"queueSize\": 5, \"consumers\": {\"c\": {\"workerCount\": 3}}}");

        HubConfig config = HubConfig.read(file);

        assertEquals(5, config.publisher("p").over(config).queueSize());
        assertEquals(Optional.of(3), config.consumer("c").over(config).workerCount());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "queueSise: 5 | unknown option queueSise; did you mean queueSize?",
                "QueueSize: 5 | unknown option QueueSize; did you mean queueSize?",
                "queueSize: 0 | option queueSize = 0 is refused; allowed: a whole number, at least 1",
                "queueSize: many | option queueSize = many is refused; allowed: a whole number, at least 1",
                "dialTimeout: 5 parsecs | option dialTimeout = 5 parsecs is refused; allowed: milliseconds from 1 on, or a number with ms, s, m or h",
                "queueFullBehaviour: explode | option queueFullBehaviour = explode is refused; allowed: block, drop-newest, drop-oldest, fail",
                "bootstrap: nowhere | option bootstrap = nowhere is refused; allowed: HOST:PORT,HOST:PORT...",
                "name: | option name = nothing is refused; allowed: a text that is not empty",
                "kafka: 5 | option kafka = 5 is refused; allowed: a map",
                "consumers: {c: {topic: t}} | unknown option consumers.c.topic; did you mean topics?",
                "publishers: {p: {compression: zip}} | option publishers.p.compression = zip is refused; allowed: none, gzip, snappy, lz4, zstd",
                "bootstrap: '${ABSENT}' | option bootstrap = ${ABSENT}: the environment has no ABSENT; set it or write a default after ':'"
            })
    void shouldNameOptionAndValueWhenRefused(String yaml, String problem) {
        InvalidOptionException refusal = assertThrows(InvalidOptionException.class, () -> parse(yaml));

        assertEquals("hub.yaml: " + problem, refusal.getMessage());
    }

    @Test
    void shouldNameTheOptionWhenABuilderIsGivenABadValue() {
        assertEquals(
                "option queueSize = -1 is refused; allowed: a whole number, at least 1",
                assertThrows(
                                InvalidOptionException.class,
                                () -> PublisherConfig.builder().queueSize(-1))
                        .getMessage());
        assertEquals(
                "option deliveryTimeout = 5000 ms is refused; allowed: at least writeTimeout and linger together, 10000 ms",
                assertThrows(
                                InvalidOptionException.class,
                                () -> PublisherConfig.builder()
                                        .deliveryTimeout(Duration.ofSeconds(5))
                                        .build())
                        .getMessage());
    }

    @Test
    void shouldNameThePlaceWhenTheFileIsMalformed() {
        InvalidOptionException refusal =
                assertThrows(InvalidOptionException.class, () -> parse("queueSize: 5\nqueueSize: 6\n"));

        assertEquals("hub.yaml: line 2: Duplicate field 'queueSize'", refusal.getMessage());
    }
}
