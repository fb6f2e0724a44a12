package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** JoinGroup: a member of a classic group enters it, or enters its next generation; answered when all have. */
final class JoinGroupHandler implements ApiHandler<JoinGroupRequest> {
    private final GroupCoordinator groups;
    private final Access access;

    JoinGroupHandler(GroupCoordinator groups, Access access) {
        this.groups = groups;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.JOIN_GROUP;
    }

    @Override
    public CompletableFuture<JoinGroupResponse> handle(RequestContext context, JoinGroupRequest request) {
        access.requireOnGroup(context, AclOperation.READ, request.data().groupId());
        return groups.joinGroup(context, request.data(), BufferSupplier.NO_CACHING)
                .thenApply(data -> new JoinGroupResponse(data, context.apiVersion()));
    }
}
