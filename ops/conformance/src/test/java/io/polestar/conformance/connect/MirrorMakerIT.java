package io.polestar.conformance.connect;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.testing.PolestarBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.mirror.MirrorMaker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application moves by the {@link Recipe} from Apache Kafka to Polestar, and another one back. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
final class MirrorMakerIT {
    private static final Duration WAIT = Duration.ofSeconds(120);
    private static final String GROUP = "billing";
    private static final String RETENTION_MS = "123456789";

    private static ApacheKafka kafka;
    private static PolestarBroker polestar;
    private static Recipe recipe;

    @BeforeAll
    static void start() throws Exception {
        recipe = new Recipe();
        kafka = new ApacheKafka();
        polestar = PolestarBroker.start();
    }

    @AfterAll
    static void stop() throws Exception {
        polestar.close();
        kafka.close();
    }

    private static List<String> values(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "order " + i).toList();
    }

    /**
     * The topic's first records are gone at the source, so that offsets differ; the application has read all others when
     * the mirror begins; what is produced to the source while it moves it finds at the target, each record once.
     */
    private static void move(
            String topic, Map<String, String> configs, Map<String, String> mirror, String from, String to)
            throws Exception {
        try (Cluster source = new Cluster(from);
                Cluster target = new Cluster(to)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            source.createTopic(topic, configs);
            source.produce(topic, values(0, 600));
            source.deleteRecordsBefore(partition, 100);
            assertEquals(values(100, 600), source.consume(GROUP, topic, 500));

            MirrorMaker mirrorMaker = new MirrorMaker(mirror);
            mirrorMaker.start();
            try {
                await().atMost(WAIT).until(() -> target.endOffset(partition) == 500);
                await().atMost(WAIT).until(() -> new OffsetAndMetadata(500).equals(target.committed(GROUP, partition)));
                source.produce(topic, values(600, 650));
                await().atMost(WAIT).until(() -> target.endOffset(partition) == 550);
            } finally {
                mirrorMaker.stop();
                mirrorMaker.awaitStop();
            }

            assertEquals(values(600, 650), target.consume(GROUP, topic, 50));
            assertEquals(RETENTION_MS, target.config(topic, "retention.ms"));
        }
    }

    @Test
    void shouldMoveTopicsAndGroupsFromApacheKafkaToPolestar() throws Exception {
        String from = kafka.bootstrapServers();
        String to = polestar.bootstrapServers();
        move("orders.in", Map.of("retention.ms", RETENTION_MS), recipe.fromKafka(from, to), from, to);
    }

    @Test
    void shouldMoveTopicsAndGroupsFromPolestarToApacheKafka() throws Exception {
        String from = polestar.bootstrapServers();
        String to = kafka.bootstrapServers();
        Map<String, String> configs = Map.of("retention.ms", RETENTION_MS, "polestar.durability", "sync");
        move("orders.out", configs, recipe.fromPolestar(to, from), from, to);
    }
}
