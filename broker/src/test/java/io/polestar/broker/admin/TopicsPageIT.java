package io.polestar.broker.admin;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.BrokerFixture;
import io.polestar.broker.PolestarConfigs;
import io.polestar.broker.PolestarTopicConfigs;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopicsPageIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private BrokerFixture broker;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .start();
        create("kept", "sync");
        create("cached", "os");
        create("soon", "interval");
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("acks", "all"))) {
            for (String topic : List.of("kept", "cached", "soon")) {
                producer.send(new ProducerRecord<>(topic, 0, "k", "v")).get();
            }
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void create(String topic, String durability) throws Exception {
        Map<String, String> configs =
                Map.of(PolestarTopicConfigs.DURABILITY, durability, PolestarTopicConfigs.DURABILITY_INTERVAL_MS, "20");
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(configs)))
                    .all()
                    .get();
        }
    }

    private JsonNode page(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + broker.broker().httpPort().orElseThrow() + path);
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        return JSON.readTree(answer.body());
    }

    private long durableOffset(String topic) throws Exception {
        return page("/v1/topics/" + topic).at("/partitions/0/durableOffset").asLong(-1);
    }

    @Test
    void shouldListTopicsWithTheirDurabilityAndDisk() throws Exception {
        JsonNode topics = page("/v1/topics");
        assertEquals(List.of("cached", "kept", "soon"), topics.findValuesAsText("topic"));
        assertEquals(List.of("os", "sync", "interval"), topics.findValuesAsText("durability"));
        JsonNode kept = topics.get(1);
        assertEquals(2, kept.get("partitions").asInt());
        assertEquals(0, kept.get("offline").asInt());
        assertTrue(kept.get("allocatedBytes").asLong() >= kept.get("sizeBytes").asLong(), kept.toString());
    }

    @Test
    void shouldShowHowFarEachPartitionIsDurable() throws Exception {
        JsonNode kept = page("/v1/topics/kept");
        assertEquals(2, kept.get("partitions").size());
        JsonNode partition = kept.at("/partitions/0");
        for (String offset : List.of("highWatermark", "endOffset", "durableOffset")) {
            assertEquals(1, partition.get(offset).asLong(), offset);
        }
        assertEquals("online", partition.get("state").asText());
        assertEquals(0, partition.get("leaderEpoch").asInt());
        assertEquals(0, durableOffset("cached"));
        await().until(() -> durableOffset("soon") == 1);
    }
}
