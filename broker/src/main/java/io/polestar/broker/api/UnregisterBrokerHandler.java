package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;
import org.apache.kafka.common.requests.UnregisterBrokerResponse;

/**
 * Forgets a broker that is gone for good. It may also be this one, the only one: as with Kafka its partitions then have no
 * leader until it starts again, which registers it anew.
 */
final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequest> {
    private final MetadataChanges changes;
    private final Access access;

    UnregisterBrokerHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public CompletableFuture<UnregisterBrokerResponse> handle(RequestContext context, UnregisterBrokerRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return changes.apply(
                        context,
                        (controller, on) ->
                                controller.unregisterBroker(on, request.data().brokerId()))
                .thenApply(none -> new UnregisterBrokerResponse(new UnregisterBrokerResponseData()));
    }
}
