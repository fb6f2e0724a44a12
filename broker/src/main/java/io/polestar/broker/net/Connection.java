package io.polestar.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.polestar.broker.api.CloseConnectionException;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.quota.Charge;
import io.polestar.protocol.EncodedResponse;
import io.polestar.protocol.InvalidFrameException;
import io.polestar.protocol.ResponseEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
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
 * <p>A request begins when what the ones before it do is done, which most times it is at once; a produce or fetch may be
 * overtaken, since what is still to be waited for changes nothing that others see.
 *
 * <p>The socket is not read while too many requests are unanswered, while the client does not take its answers, or while
 * the client is throttled: that is the backpressure. Answers written while frames of one read are still being worked on
 * are flushed together.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    /** Answers older than this are sent before the next of the requests that were read with them is begun. */
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

    private final ExchangeQueue inFlight;
    private final Backlog backlog = new Backlog();
    private final AtomicBoolean answeringScheduled = new AtomicBoolean();
    private final Runnable answerScheduled = this::answerScheduled;
    private final Consumer<Exchange> whenAnswerDone = this::answerDone;
    private ChannelHandlerContext context;
    private Peer peer;
    private IdleTimer idleTimer;
    private volatile State state = State.OPEN;
    private volatile long lastSeenNs;
    private long unflushedSinceNs;
    private long mutedUntilNs;
    private boolean unflushed;
    private boolean reading = true;
    private boolean inputClosed;
    private boolean muted;
    private boolean inReadBurst;
    private boolean answering;
    private boolean beginning;

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
        this.inFlight = new ExchangeQueue(limits, metrics);
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
        lastSeenNs = System.nanoTime();
        idleTimer = new IdleTimer(ctx.executor(), limits.maxIdle(), this::serverOwesAnAnswer, this::closeIdle);
        registry.add(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSING;
        inFlight.discardDone();
        backlog.discard();
        if (peer != null) {
            idleTimer.stop();
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
            backlog.discard();
            answerInOrder();
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
                backlog.discard();
                updateReading();
                finishIfNothingIsLeft();
            }
        });
    }

    private void finishIfNothingIsLeft() {
        boolean everythingRead = state == State.FINISHING || state == State.OPEN && inputClosed && reading;
        if (everythingRead && !inReadBurst && inFlight.isEmpty() && backlog.isEmpty()) {
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
        flush();
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
        idleTimer.progress(nowNs);
        if (backlog.isEmpty() && backlog.isOpen() && !muted) {
            begin(frame, nowNs);
        } else {
            backlog.add(frame, nowNs);
            updateReading();
        }
    }

    private void begin(ByteBuf frame, long receivedNs) {
        Exchange exchange = dispatcher.start(peer, frame, receivedNs);
        backlog.begun(exchange);
        if (state == State.CLOSING) {
            inFlight.add(exchange);
            exchange.whenDone(whenAnswerDone);
        } else if (inFlight.isEmpty() && exchange.isDone()) {
            answer(exchange);
        } else {
            inFlight.add(exchange);
            updateReading();
            exchange.whenDone(whenAnswerDone);
        }
    }

    /** What was held up by a request that is done now. */
    private void beginWaiting() {
        if (beginning) {
            return;
        }
        beginning = true;
        try {
            while (state == State.OPEN && !muted && !backlog.isEmpty() && backlog.isOpen()) {
                Backlog.Received next = backlog.poll();
                begin(next.frame(), next.receivedNs());
            }
        } catch (RuntimeException e) {
            exceptionCaught(context, e);
        } finally {
            beginning = false;
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
            inFlight.discardDone();
            return;
        }
        if (answering) {
            return;
        }
        answering = true;
        try {
            while (state != State.CLOSING && inFlight.nextIsDone() && clientTakesAnswers()) {
                answer(inFlight.poll());
            }
        } finally {
            answering = false;
        }
        beginWaiting();
        if (!inReadBurst) {
            flush();
        }
        updateReading();
        finishIfNothingIsLeft();
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
            int throttleMs = Charging.throttleMs(exchange, response);
            if (response != null) {
                send(exchange, response);
            }
            if (throttleMs > 0) {
                mute(Duration.ofMillis(throttleMs));
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
            long nowNs = System.nanoTime();
            idleTimer.progress(nowNs);
            metrics.requestFinished(exchange.apiKey(), nowNs - exchange.receivedNs());
        }
    }

    private void send(Exchange exchange, AbstractResponse response) {
        Charge charge = exchange.charge();
        long startNs = charge.isNone() ? 0 : System.nanoTime();
        EncodedResponse encoded = ResponseEncoder.encode(
                context.alloc(),
                exchange.context().header.toResponseHeader(),
                response.data(),
                exchange.context().apiVersion());
        metrics.responseSent(exchange.apiKey(), response, encoded.sizeInBytes());
        encoded.writeTo(context);
        unflushed = true;
        if (!charge.isNone()) {
            charge.sent(System.nanoTime() - startNs);
        }
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
            idleTimer.progress(System.nanoTime());
            answerInOrder();
        } else {
            updateReading();
        }
    }

    /**
     * Stops reading, and beginning what was read, for a while, as Kafka does with a client over its quota. Callable from any
     * thread.
     */
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
            beginWaiting();
            if (!inReadBurst) {
                flush();
            }
            updateReading();
            finishIfNothingIsLeft();
        }
    }

    private void updateReading() {
        boolean read = state == State.OPEN
                && !muted
                && inFlight.hasRoom(backlog)
                && context.channel().isWritable();
        if (read != reading) {
            reading = read;
            context.channel().config().setAutoRead(read);
        }
    }

    // ---- idleness

    /** A client that waits for us is not idle; one that does not take the answer that is ready, is. */
    private boolean serverOwesAnAnswer() {
        return state != State.CLOSING && !inFlight.isEmpty() && !inFlight.nextIsDone();
    }

    private void closeIdle() {
        LOG.debug("Closing connection {}: idle for {}", connectionId(), limits.maxIdle());
        closeNow();
    }

    // ---- for other threads

    String connectionId() {
        return peer == null ? "unknown" : peer.connectionId();
    }

    boolean isBetweenBrokers() {
        return listener.interBroker();
    }

    long lastSeenNs() {
        return lastSeenNs;
    }

    int inFlightCount() {
        return inFlight.size();
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
                inFlight.size(),
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
