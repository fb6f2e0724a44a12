package io.polestar.broker.net;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.api.ApiHandler;
import io.polestar.broker.api.ApiTable;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.quota.ClientQuotas;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;

/** A network server on a free port, with what a test sets. */
final class TestServer implements AutoCloseable {
    private static final ListenerConfig LISTENER =
            new ListenerConfig(new ListenerName("PLAINTEXT"), SecurityProtocol.PLAINTEXT, "127.0.0.1", 0, true);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private int maxRequestBytes = 1024 * 1024;
    private int maxInFlight = 100;
    private Duration maxIdle = Duration.ofMinutes(10);
    private int maxConnections = Integer.MAX_VALUE;
    private int maxConnectionsPerIp = Integer.MAX_VALUE;
    private NetworkServer server;
    private int port;

    TestServer maxInFlight(int requests) {
        maxInFlight = requests;
        return this;
    }

    TestServer maxIdle(Duration idle) {
        maxIdle = idle;
        return this;
    }

    TestServer maxConnections(int connections) {
        maxConnections = connections;
        return this;
    }

    TestServer maxConnectionsPerIp(int connections) {
        maxConnectionsPerIp = connections;
        return this;
    }

    TestServer start(ApiHandler<?>... handlers) {
        bind();
        server.startServing(new ApiTable(List.of(handlers)), noQuotas());
        return this;
    }

    static ClientQuotas noQuotas() {
        return new ClientQuotas(
                BrokerConfig.of(Map.of()), new Metrics(), Time.SYSTEM, "cluster", new SimpleMeterRegistry());
    }

    TestServer bind() {
        server = new NetworkServer(config(LISTENER), new RequestMetrics(registry));
        port = server.bind().get(0).port();
        return this;
    }

    NetworkConfig config(ListenerConfig... listeners) {
        return new NetworkConfig(
                List.of(listeners),
                2,
                new SocketOptions(SocketOptions.OS_DEFAULT, SocketOptions.OS_DEFAULT, 50),
                new ConnectionLimits(
                        maxRequestBytes,
                        maxInFlight,
                        maxIdle,
                        maxConnections,
                        Integer.MAX_VALUE,
                        maxConnectionsPerIp,
                        Map.of(),
                        Map.of()));
    }

    NetworkServer server() {
        return server;
    }

    int port() {
        return port;
    }

    WireClient connect() throws IOException {
        return new WireClient(port);
    }

    double metric(String name) {
        return registry.get(name).meter().measure().iterator().next().getValue();
    }

    @Override
    public void close() {
        server.close(Duration.ofSeconds(1));
    }
}
