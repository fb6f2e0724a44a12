package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * DescribeGroups: classic groups with members and assignments.
 *
 * <ul>
 *   <li>version 3: with authorised operations where asked for
 *   <li>version 6: an unknown group is GROUP_ID_NOT_FOUND, before that a group in state Dead
 * </ul>
 */
final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequest> {
    private static final int FIRST_VERSION_WITH_OPERATIONS = 3;

    private final GroupCoordinator groups;
    private final Access access;

    DescribeGroupsHandler(GroupCoordinator groups, Access access) {
        this.groups = groups;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_GROUPS;
    }

    @Override
    public CompletableFuture<DescribeGroupsResponse> handle(RequestContext context, DescribeGroupsRequest request) {
        List<DescribedGroup> answer = new ArrayList<>();
        List<String> allowed = new ArrayList<>();
        for (String groupId : request.data().groups()) {
            if (access.allowed(context, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
                allowed.add(groupId);
            } else {
                answer.add(DescribeGroupsResponse.groupError(groupId, Errors.GROUP_AUTHORIZATION_FAILED));
            }
        }
        boolean withOperations = context.apiVersion() >= FIRST_VERSION_WITH_OPERATIONS
                && request.data().includeAuthorizedOperations();
        return groups.describeGroups(context, allowed).thenApply(described -> {
            if (withOperations) {
                described.forEach(group -> addOperations(context, group));
            }
            answer.addAll(described);
            return new DescribeGroupsResponse(new DescribeGroupsResponseData().setGroups(answer));
        });
    }

    private void addOperations(RequestContext context, DescribedGroup group) {
        if (group.errorCode() == Errors.NONE.code()) {
            group.setAuthorizedOperations(access.allowedOperations(context, ResourceType.GROUP, group.groupId()));
        }
    }
}
