package io.polestar.broker.quota;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.QuotaViolationException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.quota.ClientQuotaCallback;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.QuotaType;
import org.apache.kafka.server.quota.QuotaUtils;

/**
 * How much of the threads' time each client takes, in percent of one thread: Kafka's own counter of it is Scala. A client
 * waits for one window at most. Safe for use from any thread.
 */
final class RequestTime extends ClientQuotaManager {
    private static final double PERCENT_PER_NS = 100.0 / TimeUnit.SECONDS.toNanos(1);

    private final long maxThrottleMs;

    RequestTime(
            ClientQuotaManagerConfig config,
            Metrics metrics,
            Time time,
            String threadNamePrefix,
            Optional<Plugin<ClientQuotaCallback>> callback) {
        super(config, metrics, QuotaType.REQUEST, time, threadNamePrefix, callback);
        this.maxThrottleMs = TimeUnit.SECONDS.toMillis(config.quotaWindowSizeSeconds());
    }

    static double percent(long threadNs) {
        return threadNs * PERCENT_PER_NS;
    }

    @Override
    protected long throttleTime(QuotaViolationException violation, long timeMs) {
        return QuotaUtils.boundedThrottleTime(violation, maxThrottleMs, timeMs);
    }

    @Override
    protected MetricName clientQuotaMetricName(Map<String, String> tags) {
        return metrics.metricName(
                "request-time", QuotaType.REQUEST.toString(), "Tracking request-time per user/client-id", tags);
    }
}
