package io.polestar.broker.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Answers {@code /livez}, {@code /readyz}, {@code /metrics} and the {@link JsonPages} on one event loop of its own, so that a slow scrape never
 * holds a Kafka connection.
 */
public final class HttpServer implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 4 * 1024;
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int MAX_BODY_BYTES = 8 * 1024;
    private static final int IDLE_SECONDS = 60;
    private static final int BACKLOG = 64;

    private final EventLoopGroup loop;
    private final Channel listening;

    private HttpServer(EventLoopGroup loop, Channel listening) {
        this.loop = loop;
        this.listening = listening;
    }

    /**
     * Starts to listen.
     *
     * @param port 0 for any free one
     * @param metrics the body of {@code /metrics}, in Prometheus' text format; asked on the event loop, must not block
     * @param pages everything else
     * @throws IOException if the address cannot be bound; the message names it
     */
    public static HttpServer start(
            String host,
            int port,
            Readiness readiness,
            Supplier<? extends CompletionStage<String>> metrics,
            JsonPages pages)
            throws IOException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("polestar-http", true), NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new Connections(readiness, metrics, pages))
                .bind(new InetSocketAddress(host, port))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException(
                    "HTTP cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return new HttpServer(loop, bound.channel());
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Sets a new connection up. */
    private static final class Connections extends ChannelInitializer<SocketChannel> {
        private final Readiness readiness;
        private final Supplier<? extends CompletionStage<String>> metrics;
        private final JsonPages pages;

        Connections(Readiness readiness, Supplier<? extends CompletionStage<String>> metrics, JsonPages pages) {
            this.readiness = readiness;
            this.metrics = metrics;
            this.pages = pages;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            ChannelPipeline pipeline = channel.pipeline();
            pipeline.addLast(new ReadTimeoutHandler(IDLE_SECONDS));
            pipeline.addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_BODY_BYTES));
            pipeline.addLast(new HttpServerKeepAliveHandler());
            pipeline.addLast(new HttpObjectAggregator(MAX_BODY_BYTES));
            pipeline.addLast(new HttpRoutes(readiness, metrics, pages));
        }
    }
}
