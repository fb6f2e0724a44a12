package io.polestar.broker.api;

import io.polestar.broker.group.MemberDepartures;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * LeaveGroup: members leave a group, themselves or removed by an admin client.
 *
 * <ul>
 *   <li>below version 3 one member, named at the top of the request; its error is the answer's own
 * </ul>
 */
final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequest> {
    private final GroupCoordinator groups;
    private final MemberDepartures departures;
    private final Access access;

    LeaveGroupHandler(GroupCoordinator groups, MemberDepartures departures, Access access) {
        this.groups = groups;
        this.departures = departures;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LEAVE_GROUP;
    }

    @Override
    public CompletableFuture<LeaveGroupResponse> handle(RequestContext context, LeaveGroupRequest request) {
        access.requireOnGroup(context, AclOperation.READ, request.data().groupId());
        LeaveGroupRequestData data = request.normalizedData();
        data.members()
                .forEach(member -> departures.leaving(
                        data.groupId(), member.memberId(), member.groupInstanceId(), member.reason()));
        return groups.leaveGroup(context, data)
                .thenApply(answer -> new LeaveGroupResponse(answer, context.apiVersion()));
    }
}
