package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.ListPartitionReassignmentsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Which partitions are being moved. */
final class ListPartitionReassignmentsHandler implements ApiHandler<ListPartitionReassignmentsRequest> {
    private final MetadataChanges changes;
    private final Access access;

    ListPartitionReassignmentsHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public CompletableFuture<ListPartitionReassignmentsResponse> handle(
            RequestContext context, ListPartitionReassignmentsRequest request) {
        access.requireOnCluster(context, AclOperation.DESCRIBE);
        return changes.ask(
                        context,
                        request.data().timeoutMs(),
                        (controller, on) -> controller.listPartitionReassignments(on, request.data()))
                .thenApply(ListPartitionReassignmentsResponse::new);
    }
}
