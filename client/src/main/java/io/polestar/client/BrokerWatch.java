package io.polestar.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.Metric;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker at short intervals whether it is there, and tells whoever reads by pattern of new topics. The question is
 * ApiVersions: its answer carries the offset of the cluster's metadata, so the list of topics is asked for only when something
 * changed. One thread of its own; listeners are called on it.
 */
final class BrokerWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BrokerWatch.class);
    private static final long ANSWER_AT_LEAST_MS = 1000;

    private final Admin admin;
    private final Duration healthInterval;
    private final Duration topicInterval;
    private final HubMetrics metrics;
    private final List<HubListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Set<String>>> topicListeners = new CopyOnWriteArrayList<>();
    private final Object wakeUp = new Object();
    private final Thread thread = new Thread(this::run, "polestar-hub-watch");

    private volatile boolean closed;
    private volatile boolean healthy = true;
    private boolean asked;
    private long metadataOffset = -1;
    private double closedConnections = -1;
    private long downSinceNs;
    private Set<String> topics;

    BrokerWatch(Admin admin, Duration healthInterval, Duration topicInterval, HubMetrics metrics) {
        this.admin = admin;
        this.healthInterval = healthInterval;
        this.topicInterval = topicInterval;
        this.metrics = metrics;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void addListener(HubListener listener) {
        listeners.add(listener);
    }

    void removeListener(HubListener listener) {
        listeners.remove(listener);
    }

    boolean isHealthy() {
        return healthy;
    }

    /** Tells of all topics, internal ones left out, now and after each change. */
    void watchTopics(Consumer<Set<String>> listener) {
        synchronized (wakeUp) {
            topicListeners.add(listener);
            metadataOffset = -1;
            asked = true;
            wakeUp.notifyAll();
        }
    }

    void stopWatchingTopics(Consumer<Set<String>> listener) {
        topicListeners.remove(listener);
    }

    private void run() {
        while (!closed) {
            try {
                ask();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn("event=watch_failed", e);
            }
            try {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void ask() throws InterruptedException {
        try {
            long offset = askForMetadataOffset();
            onAnswer();
            if (!topicListeners.isEmpty() && hasChanged(offset)) {
                askForTopics();
            }
        } catch (ExecutionException e) {
            onSilence(e.getCause());
        } catch (TimeoutException e) {
            onSilence(e);
        }
    }

    private long askForMetadataOffset() throws InterruptedException, ExecutionException, TimeoutException {
        long patienceMs = Math.max(ANSWER_AT_LEAST_MS, 2 * healthInterval.toMillis());
        return admin.describeFeatures(new DescribeFeaturesOptions().timeoutMs((int) patienceMs))
                .featureMetadata()
                .get(2 * patienceMs, TimeUnit.MILLISECONDS)
                .finalizedFeaturesEpoch()
                .orElse(-1L);
    }

    /** A broker that does not say where its metadata stands may have changed them at any time. */
    private boolean hasChanged(long offset) {
        synchronized (wakeUp) {
            boolean changed = offset < 0 || offset != metadataOffset;
            metadataOffset = offset;
            return changed;
        }
    }

    private void askForTopics() throws InterruptedException, ExecutionException, TimeoutException {
        try {
            topics = admin.listTopics(new ListTopicsOptions().listInternal(false))
                    .names()
                    .get(2 * ANSWER_AT_LEAST_MS, TimeUnit.MILLISECONDS);
            topicListeners.forEach(listener -> listener.accept(topics));
        } catch (ExecutionException | TimeoutException e) {
            synchronized (wakeUp) {
                metadataOffset = -1;
            }
            throw e;
        }
    }

    private void onAnswer() {
        double closedNow = closedConnections();
        boolean wasCut = closedConnections >= 0 && closedNow > closedConnections;
        closedConnections = closedNow;
        if (healthy && wasCut) {
            onSilence(new org.apache.kafka.common.errors.DisconnectException("the connection was closed"));
        }
        if (!healthy) {
            healthy = true;
            metrics.reconnected();
            Duration after = Duration.ofNanos(System.nanoTime() - downSinceNs);
            log.info("event=reconnected after_ms={}", after.toMillis());
            listeners.forEach(listener -> listener.onReconnected(after));
        }
    }

    private void onSilence(Throwable cause) {
        if (healthy && !closed) {
            healthy = false;
            downSinceNs = System.nanoTime();
            log.warn("event=disconnected cause=\"{}\"", cause.toString());
            listeners.forEach(listener -> listener.onDisconnected(cause));
        }
    }

    private double closedConnections() {
        return admin.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("connection-close-total"))
                .map(Map.Entry::getValue)
                .map(Metric::metricValue)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .sum();
    }

    private void pause() throws InterruptedException {
        Duration interval = topicListeners.isEmpty() ? healthInterval : topicInterval;
        synchronized (wakeUp) {
            if (!asked && !closed) {
                wakeUp.wait(Math.max(1, interval.toMillis()));
            }
            asked = false;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
