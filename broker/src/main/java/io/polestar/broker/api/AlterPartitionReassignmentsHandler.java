package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Moves replicas to other brokers; on a cluster of one every assignment but the present one is refused. */
final class AlterPartitionReassignmentsHandler implements ApiHandler<AlterPartitionReassignmentsRequest> {
    private final MetadataChanges changes;
    private final Access access;

    AlterPartitionReassignmentsHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
    }

    @Override
    public CompletableFuture<AlterPartitionReassignmentsResponse> handle(
            RequestContext context, AlterPartitionReassignmentsRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return changes.apply(
                        context,
                        request.data().timeoutMs(),
                        (controller, on) -> controller.alterPartitionReassignments(on, request.data()))
                .thenApply(AlterPartitionReassignmentsResponse::new);
    }
}
