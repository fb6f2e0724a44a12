package io.polestar.broker.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.network.ListenerName;

/**
 * What connections may take.
 *
 * @param maxRequestBytes {@code socket.request.max.bytes}: the largest frame, and all unanswered frames together of one
 *     connection, beyond which it is not read
 * @param maxInFlight unanswered requests of one connection, beyond which it is not read
 * @param maxIdle {@code connections.max.idle.ms}: after so long without a sign of the client it is closed
 * @param maxConnections {@code max.connections}: beyond it no connection is accepted until one closes
 * @param maxConnectionsPerSecond {@code max.connection.creation.rate}: beyond it none is accepted for a while
 * @param maxConnectionsPerIp {@code max.connections.per.ip}: beyond it connections of the address are closed at once
 * @param maxConnectionsByIp {@code max.connections.per.ip.overrides}
 * @param byListener what each listener may have of it; without an entry all
 */
public record ConnectionLimits(
        int maxRequestBytes,
        int maxInFlight,
        Duration maxIdle,
        int maxConnections,
        int maxConnectionsPerSecond,
        int maxConnectionsPerIp,
        Map<InetAddress, Integer> maxConnectionsByIp,
        Map<ListenerName, OfListener> byListener) {
    private static final OfListener ALL = new OfListener(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /**
     * The part of one listener.
     *
     * @param maxConnections {@code listener.name.X.max.connections}: beyond it this listener accepts none until one closes
     * @param maxConnectionsPerSecond {@code listener.name.X.max.connection.creation.rate}
     */
    public record OfListener(int maxConnections, int maxConnectionsPerSecond) {}

    OfListener of(ListenerName listener) {
        return byListener.getOrDefault(listener, ALL);
    }

    int maxConnectionsOf(InetAddress address) {
        return maxConnectionsByIp.getOrDefault(address, maxConnectionsPerIp);
    }
}
