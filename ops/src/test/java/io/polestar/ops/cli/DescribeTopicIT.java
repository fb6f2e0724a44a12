package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.Broker;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarConfigs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code topic describe} learns from the broker's HTTP server how much of a topic is on the disk. */
@Timeout(60)
class DescribeTopicIT {
    @TempDir
    private Path data;

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void shouldShowHowMuchOfATopicIsOnTheDisk() throws Exception {
        Map<String, String> settings = Map.of(
                "log.dir",
                data.toString(),
                "listeners",
                "PLAINTEXT://127.0.0.1:0",
                PolestarConfigs.HTTP_LISTEN,
                "127.0.0.1:" + freePort());
        try (Broker broker = Broker.start(BrokerConfig.of(settings))) {
            String bootstrap = broker.bootstrapServers();
            verb("topic", "create", "kept", "--config", "polestar.durability=sync", "--bootstrap", bootstrap);
            verb("topic", "create", "cached", "--bootstrap", bootstrap);
            produce("kept", bootstrap);
            produce("cached", bootstrap);

            assertEquals(2, durableOffset("kept", bootstrap));
            assertEquals(0, durableOffset("cached", bootstrap));
            long allocatedBytes =
                    partition("cached", bootstrap).path("allocatedBytes").asLong();
            assertTrue(allocatedBytes > 0 && allocatedBytes < 64 << 10, allocatedBytes + " bytes");
            String text = verb("topic", "describe", "kept", "--bootstrap", bootstrap);
            assertTrue(text.contains("DURABLE-OFFSET"), text);
        }
    }

    private static void produce(String topic, String bootstrap) {
        InProcess.runReading("a\nb\n", "produce", topic, "--bootstrap", bootstrap)
                .ok();
    }

    private static long durableOffset(String topic, String bootstrap) throws IOException {
        return partition(topic, bootstrap).path("durableOffset").asLong(-1);
    }

    private static JsonNode partition(String topic, String bootstrap) throws IOException {
        return new ObjectMapper()
                .readTree(verb("topic", "describe", topic, "--json", "--bootstrap", bootstrap))
                .path("partitions")
                .path(0);
    }

    private static String verb(String... args) {
        return InProcess.run(args).ok().out();
    }
}
