package io.polestar.broker.net;

import io.polestar.broker.metrics.RequestMetrics;
import java.util.ArrayDeque;
import java.util.Iterator;

/** The exchanges of one connection in the order of their requests. Owned by its event loop; the size is for everyone. */
final class ExchangeQueue {
    private final ConnectionLimits limits;
    private final RequestMetrics metrics;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();
    private long heldBytes;
    private volatile int size;

    ExchangeQueue(ConnectionLimits limits, RequestMetrics metrics) {
        this.limits = limits;
        this.metrics = metrics;
    }

    void add(Exchange exchange) {
        exchanges.add(exchange);
        heldBytes += exchange.heldBytes();
        size = exchanges.size();
    }

    /** Takes the next one out; there is one. */
    Exchange poll() {
        Exchange exchange = exchanges.remove();
        heldBytes -= exchange.heldBytes();
        size = exchanges.size();
        return exchange;
    }

    boolean isEmpty() {
        return exchanges.isEmpty();
    }

    /** Callable from any thread. */
    int size() {
        return size;
    }

    /** @param backlog what waits behind the exchanges and counts as well */
    boolean hasRoom(Backlog backlog) {
        return exchanges.size() + backlog.size() < limits.maxInFlight()
                && heldBytes + backlog.heldBytes() < limits.maxRequestBytes();
    }

    boolean nextIsDone() {
        Exchange next = exchanges.peek();
        return next != null && next.isDone();
    }

    /** Drops what is done, in any order, instead of sending it. */
    void discardDone() {
        for (Iterator<Exchange> all = exchanges.iterator(); all.hasNext(); ) {
            Exchange exchange = all.next();
            if (exchange.isDone()) {
                all.remove();
                heldBytes -= exchange.heldBytes();
                exchange.discard();
                metrics.requestFinished(exchange.apiKey(), System.nanoTime() - exchange.receivedNs());
            }
        }
        size = exchanges.size();
    }
}
