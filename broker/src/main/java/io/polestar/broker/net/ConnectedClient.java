package io.polestar.broker.net;

import java.net.InetAddress;
import java.time.Instant;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * A client as it was a moment ago.
 *
 * @param clientId the last one it gave, empty before its first request
 * @param software its library, as told by ApiVersions
 * @param inFlight requests not yet answered
 * @param maxInFlight requests in flight at which it is no longer read
 * @param lastSeen when its last request arrived, or it connected
 */
public record ConnectedClient(
        String connectionId,
        String clientId,
        ClientInformation software,
        InetAddress address,
        int port,
        String listener,
        KafkaPrincipal principal,
        int inFlight,
        int maxInFlight,
        Instant lastSeen) {}
