package io.polestar.broker.quota;

import io.polestar.broker.BrokerConfig;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.quota.ClientQuotaCallback;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.ControllerMutationQuotaManager;
import org.apache.kafka.server.quota.QuotaType;

/**
 * Kafka's counters of what each client takes, with the quotas they are held against. Each has a thread of its own. Safe
 * for use from any thread.
 *
 * @param callback {@code client.quota.callback.class}, where one is configured
 */
record Counters(
        ClientQuotaManager produce,
        ClientQuotaManager fetch,
        RequestTime request,
        ControllerMutationQuotaManager mutation,
        Optional<Plugin<ClientQuotaCallback>> callback) {
    private static final String THREADS = "polestar-";

    static Counters start(
            BrokerConfig config, Metrics metrics, Time time, Optional<Plugin<ClientQuotaCallback>> callback) {
        QuotaConfig quotas = new QuotaConfig(config);
        ClientQuotaManagerConfig window =
                new ClientQuotaManagerConfig(quotas.numQuotaSamples(), quotas.quotaWindowSizeSeconds());
        ClientQuotaManagerConfig mutationWindow = new ClientQuotaManagerConfig(
                quotas.numControllerQuotaSamples(), quotas.controllerQuotaWindowSizeSeconds());
        return new Counters(
                new ClientQuotaManager(window, metrics, QuotaType.PRODUCE, time, THREADS, callback),
                new ClientQuotaManager(window, metrics, QuotaType.FETCH, time, THREADS, callback),
                new RequestTime(window, metrics, time, THREADS, callback),
                new ControllerMutationQuotaManager(mutationWindow, metrics, time, THREADS, callback),
                callback);
    }

    private List<ClientQuotaManager> all() {
        return List.of(produce, fetch, request, mutation);
    }

    /** The counter that a quota of this name limits, if there is one. */
    Optional<ClientQuotaManager> limitedBy(String quota) {
        return switch (quota) {
            case QuotaConfig.PRODUCER_BYTE_RATE_OVERRIDE_CONFIG -> Optional.of(produce);
            case QuotaConfig.CONSUMER_BYTE_RATE_OVERRIDE_CONFIG -> Optional.of(fetch);
            case QuotaConfig.REQUEST_PERCENTAGE_OVERRIDE_CONFIG -> Optional.of(request);
            case QuotaConfig.CONTROLLER_MUTATION_RATE_OVERRIDE_CONFIG -> Optional.of(mutation);
            default -> Optional.empty();
        };
    }

    /** Whether any quota is set. */
    boolean any() {
        return all().stream().anyMatch(ClientQuotaManager::quotasEnabled);
    }

    /** Asks the callback for all quotas again. */
    void refresh() {
        all().forEach(ClientQuotaManager::updateQuotaMetricConfigs);
    }

    void close() {
        all().forEach(ClientQuotaManager::initiateShutdown);
        all().forEach(ClientQuotaManager::shutdown);
        callback.ifPresent(plugin -> Utils.closeQuietly(plugin, "client quota callback"));
    }
}
