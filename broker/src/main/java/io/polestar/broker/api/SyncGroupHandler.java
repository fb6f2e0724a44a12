package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** SyncGroup: the leader of a classic group hands in the assignment, and every member gets its part of it. */
final class SyncGroupHandler implements ApiHandler<SyncGroupRequest> {
    private final GroupCoordinator groups;
    private final Access access;

    SyncGroupHandler(GroupCoordinator groups, Access access) {
        this.groups = groups;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SYNC_GROUP;
    }

    @Override
    public CompletableFuture<SyncGroupResponse> handle(RequestContext context, SyncGroupRequest request) {
        if (!request.areMandatoryProtocolTypeAndNamePresent()) {
            // Mandatory from version 5 on (KIP-559).
            throw new InconsistentGroupProtocolException("Protocol type and protocol name must be given");
        }
        access.requireOnGroup(context, AclOperation.READ, request.data().groupId());
        return groups.syncGroup(context, request.data(), BufferSupplier.NO_CACHING)
                .thenApply(SyncGroupResponse::new);
    }
}
