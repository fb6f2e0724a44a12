package io.polestar.broker.net;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * The requests of one connection that were read and may not begin yet, since what one before them does is not done.
 * Owned by the connection's event loop.
 */
final class Backlog {
    /** A request as it was read; whoever holds it releases the frame. */
    record Received(ByteBuf frame, long receivedNs) {}

    private final ArrayDeque<Received> waiting = new ArrayDeque<>();
    private Exchange holdup;
    private long heldBytes;

    /** Tells what was begun last. */
    void begun(Exchange exchange) {
        holdup = exchange.holdsUpTheNext() ? exchange : null;
    }

    /** Whether the next request may begin. */
    boolean isOpen() {
        return holdup == null || !holdup.holdsUpTheNext();
    }

    void add(ByteBuf frame, long receivedNs) {
        waiting.add(new Received(frame, receivedNs));
        heldBytes += frame.readableBytes();
    }

    /** Takes the next one out; there is one. */
    Received poll() {
        Received next = waiting.remove();
        heldBytes -= next.frame().readableBytes();
        return next;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    long heldBytes() {
        return heldBytes;
    }

    /** Drops everything. */
    void discard() {
        while (!isEmpty()) {
            poll().frame().release();
        }
    }
}
