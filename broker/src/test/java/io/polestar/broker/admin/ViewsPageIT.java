package io.polestar.broker.admin;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.BrokerFixture;
import io.polestar.broker.PolestarConfigs;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ViewsPageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LONDON = "{\"view\":\"london\",\"pattern\":\"weather.*.london\",\"backfill\":true}";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private BrokerFixture broker;

    @BeforeEach
    void start() {
        broker = BrokerFixture.builder(directory)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .start();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private HttpResponse<String> send(String method, String path, String body, String type) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + broker.broker().httpPort().orElseThrow() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private int status(String method, String path, String body) throws Exception {
        return send(method, path, body, "application/json").statusCode();
    }

    private JsonNode page(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path, "", "application/json");
        assertEquals(200, answer.statusCode());
        return JSON.readTree(answer.body());
    }

    @Test
    void shouldCreateShowAndDeleteAView() throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            producer.send(new ProducerRecord<>("weather.wind.london", "k", "v")).get();
        }
        assertEquals(201, status("POST", "/v1/views", LONDON));
        assertEquals(409, status("POST", "/v1/views", LONDON));
        JsonNode view = page("/v1/views/london");
        assertEquals("weather.*.london", view.get("pattern").asText());
        assertTrue(view.get("sources").asInt() >= 1);
        await().until(() -> page("/v1/views/london").get("untaken").asLong() == 0);
        assertEquals(1, page("/v1/topics/london").at("/partitions/0/endOffset").asLong());
        assertEquals(1, page("/v1/views").size());
        String metrics = send("GET", "/metrics", "", "text/plain").body();
        assertTrue(metrics.contains("polestar_view_untaken{view=\"london\"} 0.0"), metrics);

        assertEquals(404, status("DELETE", "/v1/views/weather.wind.london", ""));
        assertEquals(200, status("DELETE", "/v1/views/london", ""));
        assertEquals(0, page("/v1/views").size());
        assertEquals(404, status("GET", "/v1/views/london", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]",
                "{",
                "{\"view\":\"a\"}",
                "{\"pattern\":\"a.*\"}",
                "{\"view\":\"a\",\"pattern\":\"a..b\"}",
                "{\"view\":\"a\",\"pattern\":\"a.*\",\"where\":\"unit\"}",
                "{\"view\":\"a\",\"pattern\":\"a.*\",\"partitions\":\"two\"}",
                "{\"view\":\"a/b\",\"pattern\":\"a.*\"}",
                "{\"view\":\"a\",\"pattern\":\"a.*\",\"colour\":\"red\"}",
            })
    void shouldRefuseWhatIsNoView(String body) throws Exception {
        HttpResponse<String> answer = send("POST", "/v1/views", body, "application/json");
        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(JSON.readTree(answer.body()).get("error").asText().length() > 5);
    }

    @Test
    void shouldTakeNothingThatABrowserSendsUnasked() throws Exception {
        assertEquals(415, send("POST", "/v1/views", LONDON, "text/plain").statusCode());
        assertEquals(405, status("POST", "/v1/topics", LONDON));
        assertEquals(405, status("DELETE", "/v1/views", ""));
        assertEquals(0, page("/v1/views").size());
    }
}
