package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import io.polestar.broker.share.ShareCoordinators;
import io.polestar.broker.share.ShareFetches;
import io.polestar.broker.share.SharePartitions;
import io.polestar.broker.share.ShareSessions;
import io.polestar.broker.share.ShareSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The APIs of share groups. */
public final class ShareHandlers {
    private ShareHandlers() {}

    /** What share groups are answered by. */
    public record Parts(
            ShareCoordinators coordinators,
            SharePartitions partitions,
            ShareSessions sessions,
            ShareFetches fetches,
            ShareSettings settings) {}

    /**
     * @param timer answers requests whose time is over
     * @param fetchMaxBytes {@code fetch.max.bytes} of the broker
     */
    public static List<ApiHandler<?>> all(
            GroupCoordinators coordinators,
            Parts parts,
            KRaftMetadataCache metadata,
            ScheduledExecutorService timer,
            int fetchMaxBytes,
            ClientQuotas quotas,
            Access access) {
        GroupCoordinator groups = coordinators.service();
        GroupProtocol protocol = GroupProtocol.share(metadata);
        ShareAcknowledgements acknowledgements = new ShareAcknowledgements(parts.partitions(), metadata);
        List<ApiHandler<?>> all = new ArrayList<>();
        all.add(new ShareGroupHeartbeatHandler(groups, coordinators.departures(), protocol, access));
        all.add(new ShareGroupDescribeHandler(groups, protocol, access));
        all.add(new DescribeShareGroupOffsetsHandler(groups, protocol, access));
        all.add(new AlterShareGroupOffsetsHandler(coordinators, protocol, metadata, access));
        all.add(new DeleteShareGroupOffsetsHandler(groups, protocol, access));
        all.addAll(ShareStateHandler.all(parts.coordinators().service(), access));
        all.add(new ShareFetchHandler(
                protocol,
                parts.fetches(),
                acknowledgements,
                parts.sessions(),
                parts.settings(),
                metadata,
                timer,
                fetchMaxBytes,
                quotas,
                access));
        all.add(new ShareAcknowledgeHandler(
                protocol, acknowledgements, parts.sessions(), parts.settings(), metadata, access));
        return all;
    }
}
