package io.polestar.broker.api;

import io.polestar.broker.BrokerConfig;
import java.util.Map;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.coordinator.group.Group;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.GroupVersion;

/** Whether the consumer protocol of KIP-848 is switched on: by the broker's config and the feature group.version. */
final class ConsumerGroupProtocol {
    private final boolean configured;
    private final KRaftMetadataCache metadata;

    @SuppressWarnings("removal") // Kafka heeds the config until 5.0.
    ConsumerGroupProtocol(BrokerConfig config, KRaftMetadataCache metadata) {
        this.configured = config.getList(GroupCoordinatorConfig.GROUP_COORDINATOR_REBALANCE_PROTOCOLS_CONFIG)
                .contains(Group.GroupType.CONSUMER.toString());
        this.metadata = metadata;
    }

    /** @throws UnsupportedVersionException if it is off */
    void require() {
        Map<String, Short> levels = metadata.currentImage().features().finalizedVersions();
        short level = levels.getOrDefault(GroupVersion.FEATURE_NAME, (short) 0);
        if (!configured || !GroupVersion.fromFeatureLevel(level).isConsumerRebalanceProtocolSupported()) {
            throw new UnsupportedVersionException("The consumer group protocol is switched off");
        }
    }
}
