package io.polestar.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.net.ConnectionLimits.OfListener;
import io.polestar.broker.quota.ConnectionRates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the listeners' acceptors and counts: too many connections of one address are closed, at once or, if it
 * only opens them too fast, after a while; and with too many of a listener, or in all, it accepts no more, so that they
 * wait in the backlog. Shared by all listeners; guarded by itself.
 */
@ChannelHandler.Sharable
final class AcceptLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptLimit.class);

    private volatile ConnectionLimits limits;
    private final RequestMetrics metrics;
    private final Map<Channel, Acceptor> acceptors = new LinkedHashMap<>();
    private final Map<InetAddress, Integer> countByAddress = new HashMap<>();
    private int count;
    private volatile boolean serving;
    private volatile ConnectionRates rates;

    /** A listener's bound channel, how many of its connections are open, and those that came just before it stopped. */
    private static final class Acceptor {
        private final Channel channel;
        private final ListenerConfig listener;
        private final Queue<Runnable> held = new ArrayDeque<>();
        private int count;
        private boolean paused;

        Acceptor(Channel channel, ListenerConfig listener) {
            this.channel = channel;
            this.listener = listener;
        }
    }

    AcceptLimit(ConnectionLimits limits, RequestMetrics metrics) {
        this.limits = limits;
        this.metrics = metrics;
    }

    /** @param channel bound, and does not read by itself */
    synchronized void add(Channel channel, ListenerConfig listener) {
        acceptors.put(channel, new Acceptor(channel, listener));
    }

    synchronized void startServing(ConnectionRates connectionRates) {
        rates = connectionRates;
        serving = true;
        acceptWhileAllowed();
    }

    synchronized void stopServing() {
        serving = false;
        acceptWhileAllowed();
        acceptors.values().forEach(acceptor -> acceptor.held.forEach(acceptor.channel.eventLoop()::execute));
    }

    synchronized void reconfigure(ConnectionLimits changed) {
        limits = changed;
        acceptWhileAllowed();
    }

    private void acceptWhileAllowed() {
        for (Acceptor acceptor : acceptors.values()) {
            boolean accept = mayAccept(acceptor);
            acceptor.channel.config().setAutoRead(accept && acceptor.held.isEmpty());
            if (accept && !acceptor.held.isEmpty()) {
                acceptor.channel.eventLoop().execute(acceptor.held.remove());
            }
        }
    }

    private boolean mayAccept(Acceptor acceptor) {
        return serving
                && !acceptor.paused
                && acceptor.count < limitsOf(acceptor).maxConnections()
                && (isProtected(acceptor) || count < limits.maxConnections());
    }

    private OfListener limitsOf(Acceptor acceptor) {
        return limits.of(acceptor.listener.name());
    }

    /** The limits of the whole broker must not keep brokers from each other: clients have a listener of their own. */
    private boolean isProtected(Acceptor acceptor) {
        return acceptor.listener.interBroker() && acceptors.size() > 1;
    }

    /** What the kernel had handed over when the listener stopped accepting waits here instead of in the backlog. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Channel channel = (Channel) accepted;
        synchronized (this) {
            Acceptor acceptor = acceptors.get(ctx.channel());
            if (serving && !mayAccept(acceptor)) {
                acceptor.held.add(() -> channelRead(ctx, channel));
                return;
            }
        }
        if (serving) {
            admit(ctx, channel);
            goOn();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    private void admit(ChannelHandlerContext ctx, Channel channel) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        int throttleMs = remote == null ? 0 : rates.throttleMs(remote.getAddress());
        if (throttleMs > 0) {
            metrics.connectionRefused();
            ctx.executor().schedule(() -> channel.unsafe().closeForcibly(), throttleMs, TimeUnit.MILLISECONDS);
        } else if (remote != null && take(ctx.channel(), remote.getAddress())) {
            metrics.connectionAccepted();
            channel.closeFuture().addListener(closed -> giveBack(ctx.channel(), remote.getAddress()));
            ctx.fireChannelRead(channel);
            pauseIfTooFast(ctx);
        } else {
            metrics.connectionRefused();
            channel.unsafe().closeForcibly();
        }
    }

    private synchronized void goOn() {
        acceptWhileAllowed();
    }

    private void pauseIfTooFast(ChannelHandlerContext ctx) {
        int pauseMs = pauseMs(ctx.channel());
        if (pauseMs > 0) {
            setPaused(ctx.channel(), true);
            ctx.executor().schedule(() -> setPaused(ctx.channel(), false), pauseMs, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized int pauseMs(Channel channel) {
        Acceptor acceptor = acceptors.get(channel);
        int ofListener = rates.pauseMs(
                acceptor.listener.name().value(), limitsOf(acceptor).maxConnectionsPerSecond());
        return isProtected(acceptor)
                ? ofListener
                : Math.max(ofListener, rates.pauseMs(limits.maxConnectionsPerSecond()));
    }

    private synchronized void setPaused(Channel channel, boolean paused) {
        acceptors.get(channel).paused = paused;
        acceptWhileAllowed();
    }

    private synchronized boolean take(Channel acceptor, InetAddress address) {
        int ofAddress = countByAddress.getOrDefault(address, 0);
        int max = limits.maxConnectionsOf(address);
        if (ofAddress >= max) {
            LOG.info("Refused a connection from {}, which has {} open, the most allowed", address, max);
            return false;
        }
        countByAddress.put(address, ofAddress + 1);
        count++;
        acceptors.get(acceptor).count++;
        return true;
    }

    private synchronized void giveBack(Channel acceptor, InetAddress address) {
        countByAddress.computeIfPresent(address, (key, old) -> old == 1 ? null : old - 1);
        count--;
        acceptors.get(acceptor).count--;
        acceptWhileAllowed();
    }
}
