package io.polestar.broker.api;

import io.polestar.broker.controller.EmbeddedController;
import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AddRaftVoterRequest;
import org.apache.kafka.common.requests.AddRaftVoterResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Adds a voter to the metadata log's quorum. v1: answered before the change is committed, if asked for. */
final class AddRaftVoterHandler implements ApiHandler<AddRaftVoterRequest> {
    private final EmbeddedController controller;
    private final Access access;

    AddRaftVoterHandler(EmbeddedController controller, Access access) {
        this.controller = controller;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ADD_RAFT_VOTER;
    }

    @Override
    public List<String> gaps() {
        return List.of(
                "The quorum is this node alone and reaches no other: a voter that passes Kafka's checks is answered"
                        + " REQUEST_TIMED_OUT, as Kafka answers for one that is not there.");
    }

    @Override
    public CompletableFuture<AddRaftVoterResponse> handle(RequestContext context, AddRaftVoterRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return controller.addVoter(context, request.data()).thenApply(AddRaftVoterResponse::new);
    }
}
