package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** DeleteGroups: removes groups without members, with their offsets. */
final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequest> {
    private final GroupCoordinator groups;
    private final Access access;

    DeleteGroupsHandler(GroupCoordinator groups, Access access) {
        this.groups = groups;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_GROUPS;
    }

    @Override
    public CompletableFuture<DeleteGroupsResponse> handle(RequestContext context, DeleteGroupsRequest request) {
        Map<Boolean, List<String>> byAllowed = request.data().groupsNames().stream()
                .distinct()
                .collect(Collectors.partitioningBy(
                        group -> access.allowed(context, AclOperation.DELETE, ResourceType.GROUP, group)));
        List<String> allowed = byAllowed.get(true);
        return groups.deleteGroups(context, allowed, BufferSupplier.NO_CACHING)
                .exceptionally(failure ->
                        addFailed(new DeletableGroupResultCollection(), allowed, Errors.forException(failure)))
                .thenApply(results -> new DeleteGroupsResponse(new DeleteGroupsResponseData()
                        .setResults(addFailed(results, byAllowed.get(false), Errors.GROUP_AUTHORIZATION_FAILED))));
    }

    private static DeletableGroupResultCollection addFailed(
            DeletableGroupResultCollection results, List<String> groupIds, Errors error) {
        groupIds.forEach(groupId ->
                results.add(new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code())));
        return results;
    }
}
