package io.polestar.broker;

import io.polestar.broker.net.BoundListener;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.metadata.ListenerInfo;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/** Where clients are told to connect: {@code advertised.listeners}, else the listeners with their real ports. */
final class AdvertisedListeners {
    private AdvertisedListeners() {}

    /** @throws ConfigException if a listener is advertised that does not exist, or the host's name cannot be found */
    static List<Endpoint> of(BrokerConfig config, List<BoundListener> bound) {
        Map<String, Integer> ports =
                bound.stream().collect(Collectors.toMap(b -> b.listener().name().value(), BoundListener::port));
        List<Endpoint> endpoints = advertised(config, bound);
        for (Endpoint endpoint : endpoints) {
            if (!ports.containsKey(endpoint.listener())) {
                throw new ConfigException(
                        SocketServerConfigs.ADVERTISED_LISTENERS_CONFIG,
                        endpoint.listener(),
                        "It must be one of the listeners, " + ports.keySet());
            }
        }
        try {
            return List.copyOf(ListenerInfo.create(Optional.empty(), endpoints)
                    .withWildcardHostnamesResolved()
                    .withEphemeralPortsCorrected(ports::get)
                    .listeners()
                    .values());
        } catch (UnknownHostException e) {
            throw new ConfigException("The name of this host cannot be found (" + e.getMessage() + "): set "
                    + SocketServerConfigs.ADVERTISED_LISTENERS_CONFIG);
        }
    }

    private static List<Endpoint> advertised(BrokerConfig config, List<BoundListener> bound) {
        List<String> configured = config.getList(SocketServerConfigs.ADVERTISED_LISTENERS_CONFIG);
        if (configured != null && !configured.isEmpty()) {
            return AbstractKafkaConfig.listenerListToEndPoints(
                    configured, config.effectiveListenerSecurityProtocolMap(), false);
        }
        return bound.stream()
                .map(b -> new Endpoint(
                        b.listener().name().value(),
                        b.listener().securityProtocol(),
                        b.listener().host(),
                        b.port()))
                .toList();
    }
}
