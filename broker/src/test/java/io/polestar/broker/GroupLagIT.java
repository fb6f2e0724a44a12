package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GroupLagIT {
    @TempDir
    Path directory;

    @Test
    void shouldShowTheLagOfGroupsWhenMetricsAreScraped() throws Exception {
        try (BrokerFixture broker = BrokerFixture.builder(directory)
                        .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                        .start();
                KafkaProducer<String, String> producer = broker.producer(Map.of());
                Admin admin = broker.admin()) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("wind", "v" + i)).get(20, TimeUnit.SECONDS);
            }
            admin.alterConsumerGroupOffsets("weather", Map.of(new TopicPartition("wind", 0), new OffsetAndMetadata(3)))
                    .all()
                    .get(20, TimeUnit.SECONDS);

            String metrics = scrape(broker.broker().httpPort().orElseThrow());

            String line = metrics.lines()
                    .filter(each -> each.startsWith("polestar_group_lag{"))
                    .findFirst()
                    .orElse(metrics);
            assertTrue(line.contains("group=\"weather\"") && line.contains("topic=\"wind\""), line);
            assertEquals("7.0", line.substring(line.lastIndexOf(' ') + 1));
        }
    }

    @Test
    void shouldShowWhatShareGroupHasStillToRead() throws Exception {
        try (BrokerFixture broker = BrokerFixture.builder(directory)
                        .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                        .start();
                ShareGroup group = new ShareGroup(broker.bootstrapServers()).createTopic();
                KafkaShareConsumer<String, String> consumer = group.consumer(Map.of(
                        "share.acknowledgement.mode", "explicit",
                        "share.acquire.mode", "record_limit",
                        "max.poll.records", 4))) {
            group.produce(0, 10);
            int read = ShareGroup.acceptUntil(consumer, all -> all.size() >= 4).size();

            String metrics = scrape(broker.broker().httpPort().orElseThrow());

            String line = metrics.lines()
                    .filter(each -> each.startsWith("polestar_group_lag{"))
                    .findFirst()
                    .orElse(metrics);
            assertTrue(line.contains("group=\"" + ShareGroup.GROUP + "\""), line);
            assertEquals(10.0 - read, Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
        }
    }

    private static String scrape(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
