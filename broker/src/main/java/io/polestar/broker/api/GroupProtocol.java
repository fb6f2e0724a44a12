package io.polestar.broker.api;

import io.polestar.broker.BrokerConfig;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.coordinator.group.Group.GroupType;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.ShareVersion;
import org.apache.kafka.server.common.StreamsVersion;

/** Whether a protocol of groups is switched on: by the broker's config and by the level of a feature. Immutable. */
final class GroupProtocol {
    private final GroupType type;
    private final boolean configured;
    private final String feature;
    private final short firstLevel;
    private final KRaftMetadataCache metadata;

    private GroupProtocol(
            GroupType type, boolean configured, String feature, short firstLevel, KRaftMetadataCache metadata) {
        this.type = type;
        this.configured = configured;
        this.feature = feature;
        this.firstLevel = firstLevel;
        this.metadata = metadata;
    }

    /** Consumer groups (KIP-848). */
    static GroupProtocol consumer(BrokerConfig config, KRaftMetadataCache metadata) {
        GroupType type = GroupType.CONSUMER;
        short level = GroupVersion.GV_1.featureLevel();
        return new GroupProtocol(type, isConfigured(config, type), GroupVersion.FEATURE_NAME, level, metadata);
    }

    /** Streams groups (KIP-1071). */
    static GroupProtocol streams(BrokerConfig config, KRaftMetadataCache metadata) {
        GroupType type = GroupType.STREAMS;
        short level = StreamsVersion.SV_1.featureLevel();
        return new GroupProtocol(type, isConfigured(config, type), StreamsVersion.FEATURE_NAME, level, metadata);
    }

    /** Share groups (KIP-932): no config has a say. */
    static GroupProtocol share(KRaftMetadataCache metadata) {
        short level = ShareVersion.SV_1.featureLevel();
        return new GroupProtocol(GroupType.SHARE, true, ShareVersion.FEATURE_NAME, level, metadata);
    }

    @SuppressWarnings("removal") // Kafka heeds the config until 5.0.
    private static boolean isConfigured(BrokerConfig config, GroupType type) {
        return config.getList(GroupCoordinatorConfig.GROUP_COORDINATOR_REBALANCE_PROTOCOLS_CONFIG)
                .contains(type.toString());
    }

    boolean isOn() {
        short level = metadata.currentImage().features().finalizedVersions().getOrDefault(feature, (short) 0);
        return configured && level >= firstLevel;
    }

    /** @throws UnsupportedVersionException if it is off */
    void require() {
        if (!isOn()) {
            throw new UnsupportedVersionException("The protocol of " + type + " groups is switched off");
        }
    }
}
