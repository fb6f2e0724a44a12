package io.polestar.broker.net;

import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * One address the broker listens on.
 *
 * @param host a name or an address; {@code null} for every address of the machine
 * @param port 0 for any free one
 * @param interBroker whether brokers use it among themselves; Kafka calls such a listener privileged
 */
public record ListenerConfig(
        ListenerName name, SecurityProtocol securityProtocol, String host, int port, boolean interBroker) {

    @Override
    public String toString() {
        return name.value() + "://" + (host == null ? "" : host) + ":" + port;
    }
}
