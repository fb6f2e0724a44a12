package io.polestar.broker.api;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.group.MemberDepartures;
import io.polestar.broker.security.Access;
import io.polestar.broker.share.ShareCoordinators;
import io.polestar.broker.txn.TransactionCoordinator;
import java.util.List;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The group family of APIs. */
public final class GroupHandlers {
    private GroupHandlers() {}

    /** @param topics creates a coordinator's topic when the first client looks for its coordinator, and what streams groups need */
    public static List<ApiHandler<?>> all(
            BrokerConfig config,
            GroupCoordinators coordinators,
            TransactionCoordinator transactions,
            ShareCoordinators shares,
            KRaftMetadataCache metadata,
            InternalTopicCreation topics,
            Access access) {
        GroupCoordinator groups = coordinators.service();
        MemberDepartures departures = coordinators.departures();
        GroupProtocol consumer = GroupProtocol.consumer(config, metadata);
        GroupProtocol streams = GroupProtocol.streams(config, metadata);
        return List.of(
                new FindCoordinatorHandler(coordinators, transactions, shares, metadata, topics, access),
                new JoinGroupHandler(groups, access),
                new SyncGroupHandler(groups, access),
                new HeartbeatHandler(groups, access),
                new LeaveGroupHandler(groups, departures, access),
                new OffsetCommitHandler(coordinators, metadata, access),
                new OffsetFetchHandler(groups, metadata, access),
                new OffsetDeleteHandler(groups, metadata, access),
                new ListGroupsHandler(coordinators, access),
                new DescribeGroupsHandler(groups, access),
                new DeleteGroupsHandler(groups, access),
                new ConsumerGroupHeartbeatHandler(groups, departures, consumer, access),
                new ConsumerGroupDescribeHandler(groups, consumer, access),
                new StreamsGroupHeartbeatHandler(
                        groups,
                        departures,
                        streams,
                        new StreamsTopics(topics, System::currentTimeMillis),
                        coordinators::streamsHeartbeatIntervalMs,
                        access),
                new StreamsGroupDescribeHandler(groups, streams, access));
    }
}
