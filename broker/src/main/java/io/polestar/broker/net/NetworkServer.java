package io.polestar.broker.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.polestar.broker.api.ApiTable;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.quota.ClientQuotas;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.network.SocketServerConfigs;

/**
 * The broker's listeners and connections. {@link #bind}, {@link #startServing} and {@link #close} are called in that
 * order by one thread; the rest may be called from any.
 */
public final class NetworkServer implements AutoCloseable {
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int EVENT_LOOP_STOP_SECONDS = 2;
    /** Answers that wait for the client to read; beyond the second one its requests are not read. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);
    /** Bytes of one read of a socket. */
    private static final int MIN_READ_BYTES = 4 * 1024;

    private static final int MAX_READ_BYTES = 256 * 1024;

    private final NetworkConfig config;
    private final RequestMetrics metrics;
    private final Connections connections = new Connections();
    private final AcceptLimit acceptLimit;
    private final Transport transport = Transport.best();
    private final EventLoopGroup eventLoops;
    private final List<Channel> acceptors = new ArrayList<>();
    private volatile RequestDispatcher dispatcher;

    public NetworkServer(NetworkConfig config, RequestMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
        this.acceptLimit = new AcceptLimit(config.limits(), metrics);
        this.eventLoops = new MultiThreadIoEventLoopGroup(
                config.eventLoops(), new DefaultThreadFactory("polestar-network", true), transport.newHandlerFactory());
        metrics.showConnections(
                connections::count,
                () -> (double) connections.mostInFlight() / config.limits().maxInFlight());
    }

    /**
     * Takes the listeners' addresses. Clients can connect from here on, but wait until {@link #startServing}.
     *
     * @return the listeners in the config's order, with their ports
     * @throws ListenerBindException if one cannot be had; the server is closed then
     * @throws ConfigException if a listener's security protocol is not supported
     */
    public List<BoundListener> bind() {
        config.listeners().forEach(NetworkServer::requireSupported);
        List<BoundListener> bound = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            Channel acceptor = bind(listener);
            acceptors.add(acceptor);
            acceptLimit.add(acceptor, listener);
            bound.add(new BoundListener(listener, ((InetSocketAddress) acceptor.localAddress()).getPort()));
        }
        return bound;
    }

    private Channel bind(ListenerConfig listener) {
        ChannelFuture bound = bootstrap(listener).bind(address(listener)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new ListenerBindException(listener, bound.cause());
        }
        return bound.channel();
    }

    /** A listener that should be encrypted must never be served in clear. */
    private static void requireSupported(ListenerConfig listener) {
        if (listener.securityProtocol() != SecurityProtocol.PLAINTEXT) {
            throw new ConfigException(
                    SocketServerConfigs.LISTENER_SECURITY_PROTOCOL_MAP_CONFIG,
                    listener.name().value() + ":" + listener.securityProtocol(),
                    "Only PLAINTEXT is supported");
        }
    }

    private static InetSocketAddress address(ListenerConfig listener) {
        return listener.host() == null
                ? new InetSocketAddress(listener.port())
                : new InetSocketAddress(listener.host(), listener.port());
    }

    private ServerBootstrap bootstrap(ListenerConfig listener) {
        SocketOptions sockets = config.sockets();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoops)
                .channel(transport.channelClass())
                .option(ChannelOption.SO_BACKLOG, sockets.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                // One at a time, as the limit of connections cannot stop what was accepted already.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
                .handler(acceptLimit)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, MIN_READ_BYTES, MAX_READ_BYTES))
                .childHandler(
                        new ConnectionInitializer(listener, config.limits(), () -> dispatcher, metrics, connections));
        if (sockets.receiveBufferBytes() != SocketOptions.OS_DEFAULT) {
            bootstrap.option(ChannelOption.SO_RCVBUF, sockets.receiveBufferBytes());
        }
        if (sockets.sendBufferBytes() != SocketOptions.OS_DEFAULT) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, sockets.sendBufferBytes());
        }
        return bootstrap;
    }

    /** Serves the clients that wait and those to come. */
    public void startServing(ApiTable apis, ClientQuotas quotas) {
        dispatcher = new RequestDispatcher(apis, metrics, quotas);
        acceptLimit.startServing(quotas.connections());
    }

    /** Follows a change of the limits of connections; the other limits are those of the start. Callable from any thread. */
    public void reconfigure(ConnectionLimits changed) {
        acceptLimit.reconfigure(changed);
        connections.closeLongestUnseen(
                connections.count() - changed.maxConnections(),
                connection -> config.listeners().size() == 1 || !connection.isBetweenBrokers());
    }

    /** The clients connected now, in no order. */
    public List<ConnectedClient> clients() {
        return connections.snapshot();
    }

    public void addConnectionListener(ConnectionListener listener) {
        connections.addListener(listener);
    }

    @Override
    public void close() {
        close(DEFAULT_CLOSE_TIMEOUT);
    }

    /**
     * Accepts and reads no more, and closes each connection when what is in flight on it is answered.
     *
     * @param patience how long to wait for the answers; the connections that still owe some stay open
     */
    public void hangUp(Duration patience) {
        acceptLimit.stopServing();
        acceptors.forEach(acceptor -> acceptor.close().awaitUninterruptibly());
        acceptors.clear();
        connections.finishAll(patience);
    }

    /**
     * Accepts and reads no more, sends the answers to what is in flight, closes.
     *
     * @param timeout for the answers; what is not answered by then is not answered at all
     */
    public void close(Duration timeout) {
        hangUp(Duration.ZERO);
        if (!connections.finishAll(timeout)) {
            connections.closeAll();
        }
        eventLoops
                .shutdownGracefully(0, EVENT_LOOP_STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly();
    }
}
