package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;
import org.apache.kafka.common.requests.UnregisterBrokerResponse;

/** Forgets a broker that is gone for good. */
final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequest> {
    private final int nodeId;
    private final MetadataChanges changes;
    private final Access access;

    UnregisterBrokerHandler(int nodeId, MetadataChanges changes, Access access) {
        this.nodeId = nodeId;
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public List<String> gaps() {
        return List.of(
                "The broker itself is refused with INVALID_REQUEST; Kafka's would serve nothing until its next start.");
    }

    @Override
    public CompletableFuture<UnregisterBrokerResponse> handle(RequestContext context, UnregisterBrokerRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        if (request.data().brokerId() == nodeId) {
            throw new InvalidRequestException("Broker " + nodeId + " is running and the only one of its cluster");
        }
        return changes.apply(
                        context,
                        (controller, on) ->
                                controller.unregisterBroker(on, request.data().brokerId()))
                .thenApply(none -> new UnregisterBrokerResponse(new UnregisterBrokerResponseData()));
    }
}
