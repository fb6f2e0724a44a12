package io.polestar.broker.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;

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
 */
public record ConnectionLimits(
        int maxRequestBytes,
        int maxInFlight,
        Duration maxIdle,
        int maxConnections,
        int maxConnectionsPerSecond,
        int maxConnectionsPerIp,
        Map<InetAddress, Integer> maxConnectionsByIp) {

    int maxConnectionsOf(InetAddress address) {
        return maxConnectionsByIp.getOrDefault(address, maxConnectionsPerIp);
    }
}
