package io.polestar.broker.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Who is at the other end of a connection. Changed by its event loop alone; may be read from any thread. */
final class Peer {
    /** Kafka's ids name the thread that serves the connection, which nothing reads; the index alone makes ours unique. */
    private static final int PROCESSOR = 0;

    private static final AtomicInteger NEXT_INDEX = new AtomicInteger();

    private final String connectionId;
    private final InetAddress address;
    private final Optional<Integer> port;
    private final ListenerConfig listener;
    private final KafkaPrincipal principal = KafkaPrincipal.ANONYMOUS;
    private volatile ClientInformation software = ClientInformation.EMPTY;
    private volatile String clientId = "";

    Peer(InetSocketAddress local, InetSocketAddress remote, ListenerConfig listener) {
        this.connectionId = hostAndPort(local) + "-" + hostAndPort(remote) + "-" + PROCESSOR + "-"
                + (NEXT_INDEX.getAndIncrement() & Integer.MAX_VALUE);
        this.address = remote.getAddress();
        this.port = Optional.of(remote.getPort());
        this.listener = listener;
    }

    private static String hostAndPort(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    String connectionId() {
        return connectionId;
    }

    InetAddress address() {
        return address;
    }

    int port() {
        return port.get();
    }

    ListenerConfig listener() {
        return listener;
    }

    KafkaPrincipal principal() {
        return principal;
    }

    ClientInformation software() {
        return software;
    }

    String clientId() {
        return clientId;
    }

    RequestContext contextOf(RequestHeader header) {
        if (!header.clientId().equals(clientId)) {
            clientId = header.clientId();
        }
        return new RequestContext(
                header,
                connectionId,
                address,
                port,
                principal,
                listener.name(),
                listener.securityProtocol(),
                software,
                listener.interBroker());
    }

    /** Remembers the client's library (KIP-511). */
    void introduce(ApiVersionsRequest request) {
        if (request.isValid()) {
            software = new ClientInformation(
                    request.data().clientSoftwareName(), request.data().clientSoftwareVersion());
        }
    }
}
