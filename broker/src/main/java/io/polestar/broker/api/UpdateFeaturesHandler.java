package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.apache.kafka.common.requests.UpdateFeaturesResponse;

/** Raises or lowers the levels of cluster features, within what this broker supports. */
final class UpdateFeaturesHandler implements ApiHandler<UpdateFeaturesRequest> {
    private final MetadataChanges changes;
    private final Access access;

    UpdateFeaturesHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UPDATE_FEATURES;
    }

    @Override
    public CompletableFuture<UpdateFeaturesResponse> handle(RequestContext context, UpdateFeaturesRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return changes.apply(
                        context,
                        request.data().timeoutMs(),
                        (controller, on) -> controller.updateFeatures(on, request.data()))
                .thenApply(UpdateFeaturesResponse::new);
    }
}
