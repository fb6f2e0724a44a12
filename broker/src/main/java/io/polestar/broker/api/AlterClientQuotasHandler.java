package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Sets and removes client quotas; each entity is answered for itself, when its quotas are in force. */
final class AlterClientQuotasHandler implements ApiHandler<AlterClientQuotasRequest> {
    private final MetadataChanges changes;
    private final Access access;

    AlterClientQuotasHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_CLIENT_QUOTAS;
    }

    @Override
    public CompletableFuture<AlterClientQuotasResponse> handle(
            RequestContext context, AlterClientQuotasRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER_CONFIGS);
        return changes.apply(
                        context,
                        (controller, on) -> controller.alterClientQuotas(on, request.entries(), request.validateOnly()))
                .thenApply(results -> AlterClientQuotasResponse.fromQuotaEntities(
                        results, AlterClientQuotasResponse.DEFAULT_THROTTLE_TIME));
    }
}
