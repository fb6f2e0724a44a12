package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.server.telemetry.ClientTelemetryExporter;
import org.apache.kafka.server.telemetry.ClientTelemetryExporterProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Metrics that stock clients push because a subscription asks them to (KIP-714). */
@Timeout(120)
class ClientMetricsIT {
    private static final String SENT = "kafka_client_producer_topic_record_send_total{";

    /** Remembers who pushed. The broker makes it, so what it sees is static. */
    public static final class Plugin implements MetricsReporter, ClientTelemetryExporterProvider {
        private static final Set<Uuid> SEEN = ConcurrentHashMap.newKeySet();

        @Override
        public ClientTelemetryExporter clientTelemetryExporter() {
            return (context, payload) -> SEEN.add(payload.clientInstanceId());
        }

        @Override
        public void init(List<KafkaMetric> metrics) {}

        @Override
        public void metricChange(KafkaMetric metric) {}

        @Override
        public void metricRemoval(KafkaMetric metric) {}

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {}
    }

    @TempDir
    Path directory;

    private BrokerFixture broker;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .with(MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG, Plugin.class.getName())
                .start();
        ConfigResource subscription = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "producers");
        try (Admin admin = broker.admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            subscription,
                            List.of(
                                    set("metrics", "org.apache.kafka.producer."),
                                    set("interval.ms", "2500"),
                                    set("match", "client_id=pusher"))))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void shouldShowAndHandOnWhatClientsPushUntilTheyAreGone() throws Exception {
        try (KafkaProducer<String, String> pusher = broker.producer(Map.of("client.id", "pusher"));
                KafkaProducer<String, String> other = broker.producer(Map.of("client.id", "other"))) {
            send(pusher, 3);
            send(other, 3);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertEquals(3, broker.sample(SENT + "client_id=\"pusher\"")));
            send(pusher, 4);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertEquals(7, broker.sample(SENT + "client_id=\"pusher\"")));
            assertEquals(0, broker.sample(SENT + "client_id=\"other\""));
            assertTrue(Plugin.SEEN.contains(pusher.clientInstanceId(Duration.ofSeconds(5))));
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertEquals(0, broker.sample(SENT + "client_id=\"pusher\"")));
    }

    private static void send(KafkaProducer<String, String> producer, int records) throws Exception {
        for (int i = 0; i < records; i++) {
            producer.send(new ProducerRecord<>("t", "x")).get();
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), OpType.SET);
    }
}
