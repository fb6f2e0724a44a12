package io.polestar.broker.quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.polestar.broker.BrokerConfig;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.utils.Sanitizer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.quota.ClientQuotaCallback;
import org.apache.kafka.server.quota.ClientQuotaEntity.ConfigEntity;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.ControllerMutationQuota;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client quotas in force; follows those of the metadata image. While none is set nothing is counted, and before the
 * first one is, not even the counters exist. Updated on the metadata loader's thread, asked from any.
 */
public final class ClientQuotas implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ClientQuotas.class);

    private final BrokerConfig config;
    private final Metrics metrics;
    private final Time time;
    private final String clusterId;
    private final ThrottleMeters meters;
    private final ConnectionRates connections;
    private volatile Counters counters;
    /** What the event loops look at: the counters while a quota is set. */
    private volatile Counters active;

    /** @throws org.apache.kafka.common.KafkaException if the configured callback cannot be made */
    public ClientQuotas(BrokerConfig config, Metrics metrics, Time time, String clusterId, MeterRegistry registry) {
        this.config = config;
        this.metrics = metrics;
        this.time = time;
        this.clusterId = clusterId;
        this.meters = new ThrottleMeters(registry);
        this.connections = new ConnectionRates(config, time);
        ClientQuotaCallback callback =
                config.getConfiguredInstance(QuotaConfig.CLIENT_QUOTA_CALLBACK_CLASS_CONFIG, ClientQuotaCallback.class);
        if (callback != null) {
            counters = Counters.start(config, metrics, time, Optional.of(plugin(callback)));
            active = counters;
        }
    }

    private Plugin<ClientQuotaCallback> plugin(ClientQuotaCallback callback) {
        return Plugin.wrapInstance(callback, metrics, QuotaConfig.CLIENT_QUOTA_CALLBACK_CLASS_CONFIG, "role", "broker");
    }

    /** How often clients may connect. */
    public ConnectionRates connections() {
        return connections;
    }

    /** Begins to count what a request costs its client. */
    public Charge charge(RequestContext client) {
        Counters now = active;
        return now == null
                ? Charge.NONE
                : new Charge(now, meters, time, new Session(client.principal, client.clientAddress), client.clientId());
    }

    /**
     * What the client may change of topics and partitions.
     *
     * @param strictSince the version of the request from which on a change over the quota is refused, not only delayed
     */
    public ControllerMutationQuota changes(RequestContext client, int strictSince) {
        Counters now = active;
        return now == null
                ? ControllerMutationQuota.UNBOUNDED_CONTROLLER_MUTATION_QUOTA
                : now.mutation().newQuotaFor(new Session(client.principal, client.clientAddress), client.header, (short)
                        strictSince);
    }

    @Override
    public String name() {
        return "client-quotas";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        if (delta.clientQuotasDelta() != null) {
            delta.clientQuotasDelta()
                    .changes()
                    .forEach((entity, changed) ->
                            changed.changes().forEach((quota, value) -> set(entity, quota, value)));
        }
        if (counters != null && (delta.topicsDelta() != null || delta.clusterDelta() != null)) {
            counters.callback().ifPresent(callback -> tellCluster(callback.get(), image));
        }
    }

    private void set(ClientQuotaEntity entity, String quota, OptionalDouble value) {
        try {
            if (entity.entries().containsKey(ClientQuotaEntity.IP)) {
                connections.set(entity.entries().get(ClientQuotaEntity.IP), quota, value);
            } else {
                setOfClient(entity.entries(), quota, value);
            }
        } catch (RuntimeException e) {
            LOG.error("entity={} quota={} event=update_failed", entity, quota, e);
        }
    }

    private void setOfClient(Map<String, String> entity, String quota, OptionalDouble value) {
        if (counters == null) {
            counters = Counters.start(config, metrics, time, Optional.empty());
        }
        Optional<ClientQuotaManager> limited = counters.limitedBy(quota);
        if (limited.isEmpty()) {
            LOG.warn("entity={} quota={} event=unknown_quota", entity, quota);
            return;
        }
        limited.get().updateQuota(user(entity), clientId(entity), limit(value));
        active = counters.any() ? counters : null;
    }

    private static Optional<Quota> limit(OptionalDouble value) {
        return value.isPresent() ? Optional.of(Quota.upperBound(value.getAsDouble())) : Optional.empty();
    }

    /** A null name stands for all users without a quota of their own. */
    private static Optional<ConfigEntity> user(Map<String, String> entity) {
        if (!entity.containsKey(ClientQuotaEntity.USER)) {
            return Optional.empty();
        }
        String name = entity.get(ClientQuotaEntity.USER);
        return Optional.of(
                name == null
                        ? ClientQuotaManager.DEFAULT_USER_ENTITY
                        : new ClientQuotaManager.UserEntity(Sanitizer.sanitize(name)));
    }

    private static Optional<ConfigEntity> clientId(Map<String, String> entity) {
        if (!entity.containsKey(ClientQuotaEntity.CLIENT_ID)) {
            return Optional.empty();
        }
        String name = entity.get(ClientQuotaEntity.CLIENT_ID);
        return Optional.of(
                name == null ? ClientQuotaManager.DEFAULT_USER_CLIENT_ID : new ClientQuotaManager.ClientIdEntity(name));
    }

    private void tellCluster(ClientQuotaCallback callback, MetadataImage image) {
        try {
            Cluster cluster = MetadataCache.toCluster(clusterId, image);
            if (callback.updateClusterMetadata(cluster)) {
                counters.refresh();
            }
        } catch (RuntimeException e) {
            LOG.error("callback={} event=update_failed", callback.getClass().getName(), e);
        }
    }

    @Override
    public void close() {
        if (counters != null) {
            counters.close();
        }
    }
}
