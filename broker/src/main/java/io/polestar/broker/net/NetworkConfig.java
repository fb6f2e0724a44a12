package io.polestar.broker.net;

import io.polestar.broker.BrokerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/**
 * The network's part of the configuration.
 *
 * @param eventLoops threads that serve the connections
 */
public record NetworkConfig(
        List<ListenerConfig> listeners, int eventLoops, SocketOptions sockets, ConnectionLimits limits) {

    /** @throws ConfigException if a listener or an address cannot be understood */
    public static NetworkConfig of(BrokerConfig config) {
        return new NetworkConfig(listeners(config), eventLoops(config), sockets(config), limits(config));
    }

    private static List<ListenerConfig> listeners(BrokerConfig config) {
        List<Endpoint> endpoints = AbstractKafkaConfig.listenerListToEndPoints(
                config.getList(SocketServerConfigs.LISTENERS_CONFIG), config.effectiveListenerSecurityProtocolMap());
        return endpoints.stream()
                .filter(endpoint -> !config.controllerListenerNames().contains(endpoint.listener()))
                .map(endpoint -> listener(endpoint, config.interBrokerListenerName()))
                .toList();
    }

    private static ListenerConfig listener(Endpoint endpoint, ListenerName interBroker) {
        ListenerName name = new ListenerName(endpoint.listener());
        return new ListenerConfig(
                name, endpoint.securityProtocol(), endpoint.host(), endpoint.port(), name.equals(interBroker));
    }

    /** More threads than cores would only take turns. */
    private static int eventLoops(BrokerConfig config) {
        return Math.min(
                Runtime.getRuntime().availableProcessors(),
                config.getInt(SocketServerConfigs.NUM_NETWORK_THREADS_CONFIG));
    }

    private static SocketOptions sockets(BrokerConfig config) {
        return new SocketOptions(
                config.getInt(SocketServerConfigs.SOCKET_SEND_BUFFER_BYTES_CONFIG),
                config.getInt(SocketServerConfigs.SOCKET_RECEIVE_BUFFER_BYTES_CONFIG),
                config.getInt(SocketServerConfigs.SOCKET_LISTEN_BACKLOG_SIZE_CONFIG));
    }

    /** The part of it that may change while the broker runs. */
    public static ConnectionLimits limits(BrokerConfig config) {
        return new ConnectionLimits(
                config.getInt(SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG),
                config.clientQueueSize(),
                Duration.ofMillis(config.getLong(SocketServerConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG)),
                config.getInt(SocketServerConfigs.MAX_CONNECTIONS_CONFIG),
                config.getInt(SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG),
                config.getInt(SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG),
                overridesByIp(config.getString(SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG)),
                listeners(config).stream()
                        .map(ListenerConfig::name)
                        .collect(Collectors.toUnmodifiableMap(
                                Function.identity(), listener -> ofListener(config, listener))));
    }

    /** The broker's own limits hold where the listener has none of its own, as with Kafka. */
    private static ConnectionLimits.OfListener ofListener(BrokerConfig config, ListenerName listener) {
        Map<String, ?> values = config.valuesWithPrefixOverride(listener.configPrefix());
        return new ConnectionLimits.OfListener(
                (Integer) values.get(SocketServerConfigs.MAX_CONNECTIONS_CONFIG),
                (Integer) values.get(SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG));
    }

    private static Map<InetAddress, Integer> overridesByIp(String value) {
        String name = SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG;
        Map<InetAddress, Integer> byIp = new HashMap<>();
        try {
            for (Map.Entry<String, String> entry :
                    AbstractKafkaConfig.getMap(name, value).entrySet()) {
                byIp.put(InetAddress.getByName(entry.getKey()), Integer.valueOf(entry.getValue()));
            }
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new ConfigException(name, value, "A list of address:count pairs is expected: " + e.getMessage());
        }
        return Map.copyOf(byIp);
    }
}
