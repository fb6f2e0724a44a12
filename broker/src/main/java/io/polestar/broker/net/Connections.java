package io.polestar.broker.net;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open connections of the server. Safe for use from any thread. */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final List<ConnectionListener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean finishing;

    void addListener(ConnectionListener listener) {
        listeners.add(listener);
    }

    void add(Connection connection) {
        open.add(connection);
        if (finishing) {
            connection.finish();
        }
    }

    void remove(Connection connection) {
        if (open.remove(connection)) {
            synchronized (this) {
                notifyAll();
            }
            listeners.forEach(listener -> tellClosed(listener, connection.connectionId()));
        }
    }

    private static void tellClosed(ConnectionListener listener, String connectionId) {
        try {
            listener.onClosed(connectionId);
        } catch (RuntimeException e) {
            LOG.error("A listener failed on the end of connection {}", connectionId, e);
        }
    }

    int count() {
        return open.size();
    }

    List<ConnectedClient> snapshot() {
        return open.stream().map(Connection::snapshot).toList();
    }

    int mostInFlight() {
        return open.stream().mapToInt(Connection::inFlightCount).max().orElse(0);
    }

    /**
     * Lets every connection, also those to come, answer what is in flight and close.
     *
     * @return whether all were closed in time
     */
    boolean finishAll(Duration timeout) {
        finishing = true;
        open.forEach(Connection::finish);
        return awaitNone(System.nanoTime() + timeout.toNanos());
    }

    private synchronized boolean awaitNone(long deadlineNs) {
        try {
            long leftNs = deadlineNs - System.nanoTime();
            while (!open.isEmpty() && leftNs > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
                leftNs = deadlineNs - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return open.isEmpty();
    }

    /** Closes so many connections, those first that were silent longest. */
    void closeLongestUnseen(int count, Predicate<Connection> which) {
        if (count > 0) {
            open.stream()
                    .filter(which)
                    .sorted(Comparator.comparingLong(Connection::lastSeenNs))
                    .limit(count)
                    .forEach(Connection::close);
        }
    }

    void closeAll() {
        open.forEach(Connection::close);
    }
}
