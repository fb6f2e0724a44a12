package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ElectLeadersRequest;
import org.apache.kafka.common.requests.ElectLeadersResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Elects leaders: with one replica of each partition the one that leads already, or none. v1: unclean elections. */
final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequest> {
    private final MetadataChanges changes;
    private final Access access;

    ElectLeadersHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public CompletableFuture<ElectLeadersResponse> handle(RequestContext context, ElectLeadersRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return changes.apply(
                        context,
                        request.data().timeoutMs(),
                        (controller, on) -> controller.electLeaders(on, request.data()))
                .thenApply(ElectLeadersResponse::new);
    }
}
