package io.polestar.broker.quota;

import io.polestar.broker.BrokerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Rate;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.config.QuotaConfig;

/**
 * How many connections a second are opened, in all, at each listener and by each address. Guarded by itself; without a limit nothing is
 * counted.
 */
public final class ConnectionRates {
    /** Addresses whose connections are counted at once; the one that was quiet longest is forgotten. */
    private static final int MOST_COUNTED = 10_000;

    private final Time time;
    private final MetricConfig window;
    private final long maxThrottleMs;
    private final Map<InetAddress, Double> limits = new HashMap<>();
    private final Map<InetAddress, Rate> counted = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Rate> eldest) {
            return size() > MOST_COUNTED;
        }
    };
    private final Rate ofAll = new Rate();
    private final Map<String, Rate> ofListeners = new HashMap<>();
    private Double defaultLimit;
    private volatile boolean any;

    ConnectionRates(BrokerConfig config, Time time) {
        QuotaConfig quotas = new QuotaConfig(config);
        this.time = time;
        this.window = new MetricConfig()
                .samples(quotas.numQuotaSamples())
                .timeWindow(quotas.quotaWindowSizeSeconds(), TimeUnit.SECONDS);
        this.maxThrottleMs = TimeUnit.SECONDS.toMillis(quotas.quotaWindowSizeSeconds());
    }

    /** @param ip null for all addresses without a quota of their own */
    synchronized void set(String ip, String quota, OptionalDouble value) {
        if (!quota.equals(QuotaConfig.IP_CONNECTION_RATE_OVERRIDE_CONFIG)) {
            throw new IllegalArgumentException("No quota of an address is called " + quota);
        }
        Double limit = value.isPresent() ? value.getAsDouble() : null;
        if (ip == null) {
            defaultLimit = limit;
        } else if (limit == null) {
            limits.remove(resolved(ip));
        } else {
            limits.put(resolved(ip), limit);
        }
        any = defaultLimit != null || !limits.isEmpty();
    }

    private static InetAddress resolved(String ip) {
        try {
            return InetAddress.getByName(ip);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("Address " + ip + " is unknown", e);
        }
    }

    /** Counts a connection; more than 0 if it is one too many, and is to be closed after so many milliseconds. */
    public int throttleMs(InetAddress address) {
        return any ? count(address) : 0;
    }

    private synchronized int count(InetAddress address) {
        Double limit = limits.getOrDefault(address, defaultLimit);
        if (limit == null) {
            return 0;
        }
        Rate rate = counted.computeIfAbsent(address, none -> new Rate());
        int throttleMs = record(rate, limit);
        if (throttleMs > 0) {
            rate.record(window, -1, time.milliseconds());
        }
        return throttleMs;
    }

    /** Counts a connection; for how many milliseconds no other is to be accepted, as there are more than allowed. */
    public int pauseMs(int maxPerSecond) {
        return maxPerSecond == Integer.MAX_VALUE ? 0 : countOfAll(maxPerSecond);
    }

    /** As {@link #pauseMs(int)}, of the connections of one listener. */
    public int pauseMs(String listener, int maxPerSecond) {
        return maxPerSecond == Integer.MAX_VALUE ? 0 : countOfListener(listener, maxPerSecond);
    }

    private synchronized int countOfListener(String listener, int maxPerSecond) {
        return record(ofListeners.computeIfAbsent(listener, none -> new Rate()), maxPerSecond);
    }

    private synchronized int countOfAll(int maxPerSecond) {
        return record(ofAll, maxPerSecond);
    }

    private int record(Rate rate, double limit) {
        long nowMs = time.milliseconds();
        rate.record(window, 1, nowMs);
        double observed = rate.measure(window, nowMs);
        if (observed <= limit) {
            return 0;
        }
        double excess = (observed - limit) / limit * rate.windowSize(window, nowMs);
        return (int) Math.max(1, Math.min(Math.round(excess), maxThrottleMs));
    }
}
