package io.polestar.broker.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.BrokerConfig;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.metadata.ClientQuotaRecord;
import org.apache.kafka.common.metadata.ClientQuotaRecord.EntityData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.quota.ClientQuotaCallback;
import org.apache.kafka.server.quota.ClientQuotaEntity;
import org.apache.kafka.server.quota.ClientQuotaType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {
    private static final int MUCH = 100_000_000;

    /** Everybody may produce ten bytes a second, whatever is set. */
    public static final class TenBytes implements ClientQuotaCallback {
        @Override
        public Map<String, String> quotaMetricTags(ClientQuotaType type, KafkaPrincipal principal, String clientId) {
            return Map.of("who", principal.getName());
        }

        @Override
        public Double quotaLimit(ClientQuotaType type, Map<String, String> tags) {
            return type == ClientQuotaType.PRODUCE ? 10.0 : null;
        }

        @Override
        public void updateQuota(ClientQuotaType type, ClientQuotaEntity entity, double value) {}

        @Override
        public void removeQuota(ClientQuotaType type, ClientQuotaEntity entity) {}

        @Override
        public boolean quotaResetRequired(ClientQuotaType type) {
            return false;
        }

        @Override
        public boolean updateClusterMetadata(Cluster cluster) {
            return false;
        }

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {}
    }

    private final Metrics metrics = new Metrics();
    private ClientQuotas quotas = quotas(Map.of());
    private MetadataImage image = MetadataImage.EMPTY;

    private ClientQuotas quotas(Map<String, String> settings) {
        return new ClientQuotas(BrokerConfig.of(settings), metrics, Time.SYSTEM, "cluster", new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        quotas.close();
        metrics.close();
    }

    @Test
    void shouldCountTheConnectionsOfEachListenerByThemselves() {
        ConnectionRates rates = new ConnectionRates(BrokerConfig.of(Map.of()), Time.SYSTEM);
        int pauseMs = 0;
        for (int i = 0; i < 100; i++) {
            pauseMs = Math.max(pauseMs, rates.pauseMs("IN", 1));
        }
        assertTrue(pauseMs > 0);
        assertEquals(0, rates.pauseMs("OUT", 1));
    }

    @Test
    void shouldCountNothingBeforeTheFirstQuotaAndAfterTheLast() throws Exception {
        int metricsBefore = metrics.metrics().size();
        assertTrue(quotas.charge(client("a")).isNone());
        assertEquals(metricsBefore, metrics.metrics().size());

        replay("a", 10.0);
        assertTrue(quotas.charge(client("a")).forProduce(MUCH, true) > 0);
        assertEquals(0, quotas.charge(client("b")).forProduce(MUCH, true));

        replay("a", null);
        assertTrue(quotas.charge(client("a")).isNone());
    }

    @Test
    void shouldTakeTheQuotaOfEverybodyWhereThereIsNoOther() throws Exception {
        replay(null, 10.0);
        replay("free", 1e12);

        assertTrue(quotas.charge(client("a")).forProduce(MUCH, true) > 0);
        assertEquals(0, quotas.charge(client("free")).forProduce(MUCH, true));
    }

    @Test
    void shouldNotCountTheRecordsThatAreKeptBack() throws Exception {
        replay("a", 10.0, QuotaConfig.CONSUMER_BYTE_RATE_OVERRIDE_CONFIG);

        assertEquals(100, quotas.charge(client("a")).fetchableBytes());
        assertTrue(quotas.charge(client("a")).forFetch(MUCH) > 0);
        assertEquals(0, quotas.charge(client("a")).forFetch(10));
    }

    @Test
    void shouldAskTheConfiguredCallback() throws Exception {
        quotas.close();
        quotas = quotas(Map.of(QuotaConfig.CLIENT_QUOTA_CALLBACK_CLASS_CONFIG, TenBytes.class.getName()));

        Charge charge = quotas.charge(client("a"));

        assertFalse(charge.isNone());
        assertTrue(charge.forProduce(MUCH, true) > 0);
    }

    private void replay(String clientId, Double limit) {
        replay(clientId, limit, QuotaConfig.PRODUCER_BYTE_RATE_OVERRIDE_CONFIG);
    }

    private void replay(String clientId, Double limit, String quota) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        delta.replay(new ClientQuotaRecord()
                .setEntity(List.of(new EntityData().setEntityType("client-id").setEntityName(clientId)))
                .setKey(quota)
                .setValue(limit == null ? 0 : limit)
                .setRemove(limit == null));
        image = delta.apply(MetadataProvenance.EMPTY);
        quotas.onMetadataUpdate(delta, image, null);
    }

    private static RequestContext client(String clientId) {
        return new RequestContext(
                new RequestHeader(ApiKeys.PRODUCE, ApiKeys.PRODUCE.latestVersion(), clientId, 1),
                "connection",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
    }
}
