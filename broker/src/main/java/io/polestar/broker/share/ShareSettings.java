package io.polestar.broker.share;

import io.polestar.broker.BrokerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.ShareGroupAutoOffsetResetStrategy;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfigProvider;

/** What is configured for share groups: each group's own, and the broker's for the others. Safe for use from any thread. */
public final class ShareSettings {
    private final ShareGroupConfig defaults;
    private final GroupConfigManager groups;
    private final ShareGroupConfigProvider provider;

    public ShareSettings(BrokerConfig config, GroupConfigManager groups) {
        this.defaults = new ShareGroupConfig(config);
        this.groups = groups;
        this.provider = new ShareGroupConfigProvider(groups);
    }

    public int lockDurationMs(String groupId) {
        return provider.recordLockDurationMsOrDefault(groupId, defaults.shareGroupRecordLockDurationMs());
    }

    int maxDeliveries(String groupId) {
        return provider.deliveryCountLimitOrDefault(groupId, defaults.shareGroupDeliveryCountLimit());
    }

    int maxInFlight(String groupId) {
        return provider.partitionMaxRecordLocksOrDefault(groupId, defaults.shareGroupPartitionMaxRecordLocks());
    }

    boolean mayRenew(String groupId) {
        return provider.isRenewAcknowledgeEnabled(groupId);
    }

    IsolationLevel isolation(String groupId) {
        return groups.groupConfig(groupId)
                .map(GroupConfig::shareIsolationLevel)
                .orElseGet(GroupConfig::defaultShareIsolationLevel);
    }

    ShareGroupAutoOffsetResetStrategy reset(String groupId) {
        return groups.groupConfig(groupId)
                .map(GroupConfig::shareAutoOffsetReset)
                .orElseGet(GroupConfig::defaultShareAutoOffsetReset);
    }

    int maxSessions() {
        return defaults.shareGroupMaxShareSessions();
    }
}
