package io.polestar.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.quota.ConnectionRates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the listeners' acceptors and counts: too many connections of one address are closed, at once or, if it
 * only opens them too fast, after a while; and with too many in all no more are accepted, so that they wait in the backlog. Shared by all listeners; guarded by itself.
 */
@ChannelHandler.Sharable
final class AcceptLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptLimit.class);

    private volatile ConnectionLimits limits;
    private final RequestMetrics metrics;
    private final List<Channel> acceptors = new CopyOnWriteArrayList<>();
    private final Map<InetAddress, Integer> countByAddress = new HashMap<>();
    private int count;
    private boolean serving;
    private boolean paused;
    private volatile ConnectionRates rates;

    AcceptLimit(ConnectionLimits limits, RequestMetrics metrics) {
        this.limits = limits;
        this.metrics = metrics;
    }

    /** @param acceptor a bound channel that does not read by itself */
    void add(Channel acceptor) {
        acceptors.add(acceptor);
    }

    synchronized void startServing(ConnectionRates connectionRates) {
        rates = connectionRates;
        serving = true;
        acceptWhileAllowed();
    }

    synchronized void stopServing() {
        serving = false;
        acceptWhileAllowed();
    }

    synchronized void reconfigure(ConnectionLimits changed) {
        limits = changed;
        acceptWhileAllowed();
    }

    private void acceptWhileAllowed() {
        boolean accept = serving && !paused && count < limits.maxConnections();
        acceptors.forEach(acceptor -> acceptor.config().setAutoRead(accept));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Channel channel = (Channel) accepted;
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        int throttleMs = remote == null ? 0 : rates.throttleMs(remote.getAddress());
        if (throttleMs > 0) {
            metrics.connectionRefused();
            ctx.executor().schedule(() -> channel.unsafe().closeForcibly(), throttleMs, TimeUnit.MILLISECONDS);
        } else if (remote != null && take(remote.getAddress())) {
            metrics.connectionAccepted();
            channel.closeFuture().addListener(closed -> giveBack(remote.getAddress()));
            ctx.fireChannelRead(channel);
            pause(ctx, rates.pauseMs(limits.maxConnectionsPerSecond()));
        } else {
            metrics.connectionRefused();
            channel.unsafe().closeForcibly();
        }
    }

    private void pause(ChannelHandlerContext ctx, int pauseMs) {
        if (pauseMs > 0) {
            setPaused(true);
            ctx.executor().schedule(() -> setPaused(false), pauseMs, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void setPaused(boolean pause) {
        paused = pause;
        acceptWhileAllowed();
    }

    private synchronized boolean take(InetAddress address) {
        int ofAddress = countByAddress.getOrDefault(address, 0);
        int max = limits.maxConnectionsOf(address);
        if (ofAddress >= max) {
            LOG.info("Refused a connection from {}, which has {} open, the most allowed", address, max);
            return false;
        }
        countByAddress.put(address, ofAddress + 1);
        count++;
        if (count >= limits.maxConnections()) {
            acceptWhileAllowed();
        }
        return true;
    }

    private synchronized void giveBack(InetAddress address) {
        countByAddress.computeIfPresent(address, (key, old) -> old == 1 ? null : old - 1);
        count--;
        if (count < limits.maxConnections()) {
            acceptWhileAllowed();
        }
    }
}
