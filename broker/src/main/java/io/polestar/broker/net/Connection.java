package io.polestar.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.polestar.broker.api.CloseConnectionException;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.protocol.EncodedResponse;
import io.polestar.protocol.InvalidFrameException;
import io.polestar.protocol.ResponseEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.requests.AbstractResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: runs its requests in order as they arrive and answers them in the same order, as they are
 * done. Owned by its event loop; what other threads may call says so.
 *
 * <p>The socket is not read while too many requests are unanswered, while the client does not take its answers, or while
 * the client is throttled: that is the backpressure. Answers written while frames of one read are still being worked on
 * are flushed together.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    /** No answer that is ready waits longer for the requests that were read with it. */
    private static final long MAX_UNFLUSHED_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private enum State {
        OPEN,
        /** Reads no more; closes when what is in flight is answered. */
        FINISHING,
        /** Answers no more; closed or about to be. */
        CLOSING
    }

    private final ListenerConfig listener;
    private final ConnectionLimits limits;
    private final RequestDispatcher dispatcher;
    private final RequestMetrics metrics;
    private final Connections registry;

    private final ArrayDeque<Exchange> inFlight = new ArrayDeque<>();
    private final AtomicBoolean answeringScheduled = new AtomicBoolean();
    private final Runnable answerScheduled = this::answerScheduled;
    private final Consumer<Exchange> whenAnswerDone = this::answerDone;
    private ChannelHandlerContext context;
    private Peer peer;
    private volatile State state = State.OPEN;
    private volatile int inFlightCount;
    private volatile long lastSeenNs;
    private long heldBytes;
    private long lastProgressNs;
    private long unflushedSinceNs;
    private long mutedUntilNs;
    private boolean unflushed;
    private boolean reading = true;
    private boolean inputClosed;
    private boolean muted;
    private boolean inReadBurst;
    private boolean answering;

    Connection(
            ListenerConfig listener,
            ConnectionLimits limits,
            RequestDispatcher dispatcher,
            RequestMetrics metrics,
            Connections registry) {
        this.listener = listener;
        this.limits = limits;
        this.dispatcher = dispatcher;
        this.metrics = metrics;
        this.registry = registry;
    }

    // ---- lifecycle

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        InetSocketAddress local = (InetSocketAddress) ctx.channel().localAddress();
        InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
        if (local == null || remote == null) {
            closeNow(); // the client was gone before it was accepted
            return;
        }
        peer = new Peer(local, remote, listener);
        lastProgressNs = System.nanoTime();
        lastSeenNs = lastProgressNs;
        registry.add(this);
        scheduleIdleCheck(limits.maxIdle().toNanos());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSING;
        discardDone();
        if (peer != null) {
            registry.remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputClosed = true;
            finishIfNothingIsLeft();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (state == State.CLOSING) {
            return;
        }
        if (cause instanceof InvalidFrameException || cause instanceof ApiException) {
            metrics.malformedRequest();
            LOG.warn("Closing connection {}: {}", connectionId(), describe(cause));
        } else if (cause instanceof IOException) {
            LOG.debug("Connection {} broke: {}", connectionId(), cause.toString());
        } else {
            LOG.error("Closing connection {} after an unexpected error", connectionId(), cause);
        }
        closeNow();
    }

    private static String describe(Throwable cause) {
        return cause.getCause() == null ? cause.getMessage() : cause.getMessage() + ": " + cause.getCause();
    }

    /** Stops reading, answers what is in flight, then closes. Callable from any thread. */
    void finish() {
        onEventLoop(() -> {
            if (state == State.OPEN) {
                state = State.FINISHING;
                updateReading();
                finishIfNothingIsLeft();
            }
        });
    }

    private void finishIfNothingIsLeft() {
        boolean everythingRead = state == State.FINISHING || state == State.OPEN && inputClosed && reading;
        if (everythingRead && !inReadBurst && inFlight.isEmpty()) {
            closeWhenFlushed();
        }
    }

    private void closeWhenFlushed() {
        state = State.CLOSING;
        updateReading();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void closeNow() {
        state = State.CLOSING;
        context.close();
    }

    // ---- requests

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf frame = (ByteBuf) message;
        if (state != State.OPEN) {
            frame.release();
            return;
        }
        long nowNs = System.nanoTime();
        inReadBurst = true;
        flushIfDue(nowNs);
        lastSeenNs = nowNs;
        lastProgressNs = nowNs;
        accept(dispatcher.start(peer, frame, nowNs));
    }

    private void accept(Exchange exchange) {
        if (state == State.CLOSING) {
            inFlight.add(exchange);
            exchange.whenDone(whenAnswerDone);
        } else if (inFlight.isEmpty() && exchange.isDone()) {
            answer(exchange);
        } else {
            inFlight.add(exchange);
            inFlightCount = inFlight.size();
            heldBytes += exchange.heldBytes();
            updateReading();
            if (!exchange.isDone()) {
                exchange.whenDone(whenAnswerDone);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inReadBurst = false;
        flush();
        finishIfNothingIsLeft();
    }

    // ---- answers

    /** Called by whoever completes an answer. */
    private void answerDone(Exchange exchange) {
        if (context.executor().inEventLoop()) {
            answerInOrder();
        } else if (answeringScheduled.compareAndSet(false, true)) {
            scheduleAnswering(exchange);
        }
    }

    private void scheduleAnswering(Exchange exchange) {
        try {
            context.executor().execute(answerScheduled);
        } catch (RejectedExecutionException e) {
            answeringScheduled.set(false);
            exchange.discard(); // the event loop has ended, nobody else will
        }
    }

    private void answerScheduled() {
        answeringScheduled.set(false);
        answerInOrder();
    }

    private void answerInOrder() {
        if (state == State.CLOSING) {
            discardDone();
            return;
        }
        if (answering) {
            return;
        }
        answering = true;
        try {
            while (state != State.CLOSING && nextIsDone() && clientTakesAnswers()) {
                Exchange exchange = inFlight.poll();
                inFlightCount = inFlight.size();
                heldBytes -= exchange.heldBytes();
                answer(exchange);
            }
        } finally {
            answering = false;
        }
        if (!inReadBurst) {
            flush();
        }
        updateReading();
        finishIfNothingIsLeft();
    }

    private boolean nextIsDone() {
        Exchange next = inFlight.peek();
        return next != null && next.isDone();
    }

    /** What does not fit is left unencoded, so a client that never reads costs no more than the water mark. */
    private boolean clientTakesAnswers() {
        if (!context.channel().isWritable()) {
            flush();
        }
        return context.channel().isWritable();
    }

    private void answer(Exchange exchange) {
        try {
            AbstractResponse response = dispatcher.response(exchange);
            if (response != null) {
                send(exchange, response);
            }
        } catch (CloseConnectionException e) {
            LOG.info("Closing connection {}: {}", connectionId(), e.getMessage());
            closeWhenFlushed();
        } catch (RuntimeException e) {
            metrics.unexpectedFailure();
            LOG.error("Closing connection {}: no answer to {} can be sent", connectionId(), exchange.apiKey(), e);
            closeNow();
        } finally {
            exchange.releaseFrame();
            lastProgressNs = System.nanoTime();
            metrics.requestFinished(exchange.apiKey(), lastProgressNs - exchange.receivedNs());
        }
    }

    private void send(Exchange exchange, AbstractResponse response) {
        EncodedResponse encoded = ResponseEncoder.encode(
                context.alloc(),
                exchange.context().header.toResponseHeader(),
                response.data(),
                exchange.context().apiVersion());
        metrics.responseSent(exchange.apiKey(), response, encoded.sizeInBytes());
        encoded.writeTo(context);
        unflushed = true;
        if (response.throttleTimeMs() > 0) {
            mute(Duration.ofMillis(response.throttleTimeMs()));
        }
    }

    private void discardDone() {
        for (Iterator<Exchange> all = inFlight.iterator(); all.hasNext(); ) {
            Exchange exchange = all.next();
            if (exchange.isDone()) {
                all.remove();
                exchange.discard();
                metrics.requestFinished(exchange.apiKey(), System.nanoTime() - exchange.receivedNs());
            }
        }
        inFlightCount = inFlight.size();
    }

    private void flushIfDue(long nowNs) {
        if (!unflushed) {
            unflushedSinceNs = nowNs;
        } else if (nowNs - unflushedSinceNs > MAX_UNFLUSHED_NS) {
            flush();
            unflushedSinceNs = nowNs;
        }
    }

    private void flush() {
        if (unflushed) {
            unflushed = false;
            context.flush();
        }
    }

    // ---- backpressure

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            lastProgressNs = System.nanoTime();
            answerInOrder();
        } else {
            updateReading();
        }
    }

    /** Stops reading for a while, as Kafka does with a client over its quota. Callable from any thread. */
    void mute(Duration duration) {
        onEventLoop(() -> {
            mutedUntilNs = Math.max(mutedUntilNs, System.nanoTime() + duration.toNanos());
            muted = true;
            updateReading();
            context.executor().schedule(this::unmute, duration.toNanos(), TimeUnit.NANOSECONDS);
        });
    }

    private void unmute() {
        if (System.nanoTime() - mutedUntilNs >= 0) {
            muted = false;
            updateReading();
        }
    }

    private void updateReading() {
        boolean read = state == State.OPEN
                && !muted
                && inFlight.size() < limits.maxInFlight()
                && heldBytes < limits.maxRequestBytes()
                && context.channel().isWritable();
        if (read != reading) {
            reading = read;
            context.channel().config().setAutoRead(read);
        }
    }

    // ---- idleness

    private void scheduleIdleCheck(long delayNs) {
        context.executor().schedule(this::checkIdle, delayNs, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        if (!context.channel().isActive()) {
            return;
        }
        long leftNs = limits.maxIdle().toNanos() - (System.nanoTime() - lastProgressNs);
        if (leftNs > 0) {
            scheduleIdleCheck(leftNs);
        } else if (serverOwesAnAnswer()) {
            scheduleIdleCheck(limits.maxIdle().toNanos());
        } else {
            LOG.debug("Closing connection {}: idle for {}", connectionId(), limits.maxIdle());
            closeNow();
        }
    }

    /** A client that waits for us is not idle; one that does not take the answer that is ready, is. */
    private boolean serverOwesAnAnswer() {
        return state != State.CLOSING && !inFlight.isEmpty() && !nextIsDone();
    }

    // ---- for other threads

    String connectionId() {
        return peer == null ? "unknown" : peer.connectionId();
    }

    Peer peer() {
        return peer;
    }

    int inFlightCount() {
        return inFlightCount;
    }

    ConnectedClient snapshot() {
        return new ConnectedClient(
                peer.connectionId(),
                peer.clientId(),
                peer.software(),
                peer.address(),
                peer.port(),
                listener.name().value(),
                peer.principal(),
                inFlightCount,
                limits.maxInFlight(),
                Instant.now().minusNanos(System.nanoTime() - lastSeenNs));
    }

    void close() {
        context.close();
    }

    private void onEventLoop(Runnable action) {
        if (context.executor().inEventLoop()) {
            action.run();
        } else {
            context.executor().execute(action);
        }
    }
}
