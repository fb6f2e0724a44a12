package io.polestar.broker.api;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.security.Access;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.List;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The group family of APIs. */
public final class GroupHandlers {
    private GroupHandlers() {}

    /** @param internalTopics creates a coordinator's topic when the first client looks for its coordinator */
    public static List<ApiHandler<?>> all(
            BrokerConfig config,
            GroupCoordinators coordinators,
            TransactionCoordinator transactions,
            KRaftMetadataCache metadata,
            InternalTopicCreation internalTopics,
            Access access) {
        GroupCoordinator groups = coordinators.service();
        ConsumerGroupProtocol protocol = new ConsumerGroupProtocol(config, metadata);
        return List.of(
                new FindCoordinatorHandler(coordinators, transactions, metadata, internalTopics, access),
                new JoinGroupHandler(groups, access),
                new SyncGroupHandler(groups, access),
                new HeartbeatHandler(groups, access),
                new LeaveGroupHandler(groups, access),
                new OffsetCommitHandler(groups, metadata, coordinators.recreatedTopics(), access),
                new OffsetFetchHandler(groups, metadata, access),
                new OffsetDeleteHandler(groups, metadata, access),
                new ListGroupsHandler(coordinators, access),
                new DescribeGroupsHandler(groups, access),
                new DeleteGroupsHandler(groups, access),
                new ConsumerGroupHeartbeatHandler(groups, protocol, access),
                new ConsumerGroupDescribeHandler(groups, protocol, access));
    }
}
