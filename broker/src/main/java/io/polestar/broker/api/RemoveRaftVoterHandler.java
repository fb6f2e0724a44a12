package io.polestar.broker.api;

import io.polestar.broker.controller.EmbeddedController;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RemoveRaftVoterRequest;
import org.apache.kafka.common.requests.RemoveRaftVoterResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Takes a voter out of the metadata log's quorum; the only one of a cluster stays (VOTER_NOT_FOUND, as Kafka says). */
final class RemoveRaftVoterHandler implements ApiHandler<RemoveRaftVoterRequest> {
    private final EmbeddedController controller;
    private final Access access;

    RemoveRaftVoterHandler(EmbeddedController controller, Access access) {
        this.controller = controller;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.REMOVE_RAFT_VOTER;
    }

    @Override
    public CompletableFuture<RemoveRaftVoterResponse> handle(RequestContext context, RemoveRaftVoterRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return controller.removeVoter(context, request.data()).thenApply(RemoveRaftVoterResponse::new);
    }
}
