package io.polestar.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.protocol.FrameDecoder;
import java.util.function.Supplier;

/** The one place where a connection's pipeline is put together: socket → (TLS) → frames → (SASL) → requests. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final ListenerConfig listener;
    private final ConnectionLimits limits;
    private final Supplier<RequestDispatcher> dispatcher;
    private final RequestMetrics metrics;
    private final Connections connections;

    /** @param dispatcher asked for each accepted connection, so not before the server serves */
    ConnectionInitializer(
            ListenerConfig listener,
            ConnectionLimits limits,
            Supplier<RequestDispatcher> dispatcher,
            RequestMetrics metrics,
            Connections connections) {
        this.listener = listener;
        this.limits = limits;
        this.dispatcher = dispatcher;
        this.metrics = metrics;
        this.connections = connections;
    }

    @Override
    protected void initChannel(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new FrameDecoder(limits.maxRequestBytes()));
        pipeline.addLast(new Connection(listener, limits, dispatcher.get(), metrics, connections));
    }
}
