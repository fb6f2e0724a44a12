package io.polestar.conformance.connect;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.connect.cli.ConnectDistributed;
import org.apache.kafka.connect.runtime.Connect;
import org.apache.kafka.connect.runtime.distributed.DistributedHerder;

/** A worker of Kafka Connect in its distributed mode, in this JVM, spoken to by its REST API. Used by one thread. */
final class ConnectWorker implements AutoCloseable {
    private static final Duration WAIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Connect<DistributedHerder> connect;

    /** Starts it. */
    ConnectWorker(String bootstrapServers) {
        connect = new ConnectDistributed()
                .startConnect(Map.ofEntries(
                        Map.entry("bootstrap.servers", bootstrapServers),
                        Map.entry("group.id", "connect"),
                        Map.entry("listeners", "http://127.0.0.1:0"),
                        Map.entry("plugin.discovery", "service_load"),
                        Map.entry("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
                        Map.entry("value.converter", "org.apache.kafka.connect.storage.StringConverter"),
                        Map.entry("config.storage.topic", "connect-configs"),
                        Map.entry("config.storage.replication.factor", "1"),
                        Map.entry("offset.storage.topic", "connect-offsets"),
                        Map.entry("offset.storage.replication.factor", "1"),
                        Map.entry("status.storage.topic", "connect-status"),
                        Map.entry("status.storage.replication.factor", "1"),
                        Map.entry("offset.flush.interval.ms", "500")));
    }

    /** Creates a connector, or gives one another config, and waits until it and its task run. */
    void run(String name, String configAsJson) {
        await().atMost(WAIT)
                .until(() -> put("connectors/" + name + "/config", configAsJson).statusCode() < 300);
        awaitRunning(name);
    }

    /** Waits until a connector and its task run. */
    void awaitRunning(String name) {
        await().atMost(WAIT).until(() -> {
            String status = get("connectors/" + name + "/status").body();
            return status.split("\"state\":\"RUNNING\"", -1).length == 3;
        });
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(connect.rest().serverUrl() + path))
                .header("Content-Type", "application/json");
    }

    @Override
    public void close() {
        connect.stop();
        connect.awaitStop();
    }
}
