package io.polestar.ops.cli.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.PolestarConfigs;
import io.polestar.ops.cli.ClientOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/**
 * How much of a topic is on the disk, and what it takes of it. Kafka's protocol has no word for it, so it is asked of the leaders' HTTP servers,
 * whose addresses are among their configs; what cannot be reached is left out.
 */
final class OnDisk {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param durableOffset the offset below which everything is on the disk
     * @param allocatedBytes what the partition's segments take
     */
    record State(long durableOffset, long allocatedBytes) {}

    private final ClientOptions options;
    private final Admin admin;

    OnDisk(ClientOptions options, Admin admin) {
        this.options = options;
        this.admin = admin;
    }

    /** By partition. */
    Map<Integer, State> of(TopicDescription topic) {
        Map<Integer, State> states = new HashMap<>();
        topic.partitions().stream()
                .map(partition -> partition.leader())
                .filter(leader -> leader != null && !leader.isEmpty())
                .distinct()
                .forEach(leader ->
                        address(leader).flatMap(address -> ask(address, topic)).ifPresent(states::putAll));
        return states;
    }

    private Optional<String> address(Node broker) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
        ConfigEntry listen = options.await(
                        admin.describeConfigs(List.of(resource)).values().get(resource),
                        "configs of broker " + broker.id())
                .get(PolestarConfigs.HTTP_LISTEN);
        return Optional.ofNullable(listen)
                .map(ConfigEntry::value)
                .filter(address -> address.contains(":") && !address.endsWith(":0"))
                .map(address -> address.startsWith("0.0.0.0:") || address.startsWith(":")
                        ? broker.host() + address.substring(address.lastIndexOf(':'))
                        : address);
    }

    private static Optional<Map<Integer, State>> ask(String address, TopicDescription topic) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/v1/topics/" + topic.name()))
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? parse(answer.body(), topic.topicId().toString())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Empty if it speaks of another topic of that name: an address may mean another machine here than there. */
    private static Optional<Map<Integer, State>> parse(String body, String topicId) throws IOException {
        JsonNode page = JSON.readTree(body);
        if (!page.path("topicId").asText().equals(topicId)) {
            return Optional.empty();
        }
        Map<Integer, State> states = new HashMap<>();
        for (JsonNode partition : page.path("partitions")) {
            states.put(
                    partition.path("partition").asInt(),
                    new State(
                            partition.path("durableOffset").asLong(),
                            partition.path("allocatedBytes").asLong()));
        }
        return Optional.of(states);
    }
}
