package io.polestar.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.metrics.RequestMetrics;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.network.ListenerName;
import org.junit.jupiter.api.Test;

class NetworkConfigTest {

    @Test
    void shouldHaveKafkasDefaults() {
        NetworkConfig config = NetworkConfig.of(BrokerConfig.of(Map.of()));
        assertEquals(
                List.of("PLAINTEXT://127.0.0.1:9092"),
                config.listeners().stream().map(Object::toString).toList());
        assertTrue(config.listeners().get(0).interBroker());
        assertEquals(new SocketOptions(102_400, 102_400, 50), config.sockets());
        assertEquals(104_857_600, config.limits().maxRequestBytes());
        assertEquals(Duration.ofMinutes(10), config.limits().maxIdle());
        assertTrue(config.eventLoops() >= 1 && config.eventLoops() <= 3);
    }

    @Test
    void shouldReadListenersAndLimits() throws Exception {
        NetworkConfig config = NetworkConfig.of(BrokerConfig.of(Map.of(
                "listeners", "IN://:9192,OUT://localhost:9193",
                "listener.security.protocol.map", "IN:PLAINTEXT,OUT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "IN",
                "max.connections.per.ip", "5",
                "max.connections.per.ip.overrides", "127.0.0.1:7",
                "max.connections", "100",
                "listener.name.out.max.connections", "9",
                "listener.name.out.max.connection.creation.rate", "3")));
        assertEquals(
                List.of("IN://:9192", "OUT://localhost:9193"),
                config.listeners().stream().map(Object::toString).toList());
        assertEquals(7, config.limits().maxConnectionsOf(InetAddress.getByName("127.0.0.1")));
        assertEquals(5, config.limits().maxConnectionsOf(InetAddress.getByName("127.0.0.2")));
        assertEquals(new ConnectionLimits.OfListener(9, 3), config.limits().of(new ListenerName("OUT")));
        assertEquals(
                new ConnectionLimits.OfListener(100, Integer.MAX_VALUE),
                config.limits().of(new ListenerName("IN")));
    }

    @Test
    void shouldRefuseToServeInClearWhatShouldBeEncrypted() {
        NetworkConfig config = NetworkConfig.of(BrokerConfig.of(Map.of(
                "listeners", "SSL://127.0.0.1:0",
                "listener.security.protocol.map", "SSL:SSL,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "SSL")));
        try (NetworkServer server = new NetworkServer(config, new RequestMetrics(new SimpleMeterRegistry()))) {
            ConfigException failure = assertThrows(ConfigException.class, server::bind);
            assertTrue(failure.getMessage().contains("Only PLAINTEXT is supported"), failure.getMessage());
        }
    }
}
