package io.polestar.broker.api;

import io.polestar.broker.group.MemberDepartures;
import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ShareGroupHeartbeatResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** ShareGroupHeartbeat (KIP-932): a member of a share group joins, lives, and is told which partitions to fetch. */
final class ShareGroupHeartbeatHandler implements ApiHandler<ShareGroupHeartbeatRequest> {
    private final GroupCoordinator groups;
    private final MemberDepartures departures;
    private final GroupProtocol protocol;
    private final Access access;

    ShareGroupHeartbeatHandler(
            GroupCoordinator groups, MemberDepartures departures, GroupProtocol protocol, Access access) {
        this.groups = groups;
        this.departures = departures;
        this.protocol = protocol;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SHARE_GROUP_HEARTBEAT;
    }

    @Override
    public CompletableFuture<ShareGroupHeartbeatResponse> handle(
            RequestContext context, ShareGroupHeartbeatRequest request) {
        protocol.require();
        access.requireOnGroup(context, AclOperation.READ, request.data().groupId());
        ShareMembers.requireValid(request.data().memberId());
        requireOnTopics(context, request.data().subscribedTopicNames());
        if (request.data().memberEpoch() == ShareGroupHeartbeatRequest.LEAVE_GROUP_MEMBER_EPOCH) {
            departures.leaving(request.data().groupId(), request.data().memberId(), null, "");
        }
        return groups.shareGroupHeartbeat(context, request.data()).thenApply(ShareGroupHeartbeatResponse::new);
    }

    /** @param topics {@code null} where the subscription has not changed */
    private void requireOnTopics(RequestContext context, List<String> topics) {
        if (topics == null || topics.isEmpty()) {
            return;
        }
        int allowed = access.allowedNames(
                        context, AclOperation.DESCRIBE, ResourceType.TOPIC, topics, Function.identity())
                .size();
        if (allowed < topics.stream().distinct().count()) {
            throw new TopicAuthorizationException("Not authorized to describe all topics of the subscription");
        }
    }
}
