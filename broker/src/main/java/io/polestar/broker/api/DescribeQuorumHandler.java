package io.polestar.broker.api;

import io.polestar.broker.controller.EmbeddedController;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.apache.kafka.common.requests.DescribeQuorumResponse;
import org.apache.kafka.common.requests.RequestContext;

/** The voters of the metadata log and how far each has come. */
final class DescribeQuorumHandler implements ApiHandler<DescribeQuorumRequest> {
    private final EmbeddedController controller;
    private final Access access;

    DescribeQuorumHandler(EmbeddedController controller, Access access) {
        this.controller = controller;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_QUORUM;
    }

    @Override
    public CompletableFuture<DescribeQuorumResponse> handle(RequestContext context, DescribeQuorumRequest request) {
        access.requireOnCluster(context, AclOperation.DESCRIBE);
        return controller.describeQuorum(context, request.data()).thenApply(DescribeQuorumResponse::new);
    }
}
