package io.polestar.broker.api;

import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/**
 * ListGroups: the groups this broker coordinates.
 *
 * <ul>
 *   <li>version 4: filtered by state; version 5: by type, too
 *   <li>one coordinator that still loads would fail the whole answer, so it waits a moment for all of them
 *   <li>who may describe the cluster sees all groups, everybody else those that he may describe
 * </ul>
 */
final class ListGroupsHandler implements ApiHandler<ListGroupsRequest> {
    private final GroupCoordinators groups;
    private final Access access;

    ListGroupsHandler(GroupCoordinators groups, Access access) {
        this.groups = groups;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_GROUPS;
    }

    @Override
    public CompletableFuture<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request) {
        boolean seesAll = access.allowedOnCluster(context, AclOperation.DESCRIBE);
        return groups.whenAllReady()
                .thenCompose(ready -> groups.service().listGroups(context, request.data()))
                .thenApply(data -> new ListGroupsResponse(seesAll ? data : describable(context, data)));
    }

    private ListGroupsResponseData describable(RequestContext context, ListGroupsResponseData data) {
        return data.setGroups(data.groups().stream()
                .filter(group -> access.allowed(context, AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId()))
                .toList());
    }
}
