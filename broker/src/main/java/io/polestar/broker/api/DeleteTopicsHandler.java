package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/** Deletes topics by name or, from v6 on, by id; answered when their logs are gone. */
final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequest> {
    private static final int FIRST_VERSION_REFUSED_BY_QUOTA = 5;

    private final boolean enabled;
    private final MetadataChanges changes;
    private final ClientQuotas quotas;
    private final Access access;

    /** @param enabled {@code delete.topic.enable} */
    DeleteTopicsHandler(boolean enabled, MetadataChanges changes, ClientQuotas quotas, Access access) {
        this.quotas = quotas;
        this.enabled = enabled;
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public CompletableFuture<DeleteTopicsResponse> handle(RequestContext context, DeleteTopicsRequest request) {
        if (!enabled) {
            throw request.version() < 3
                    ? new InvalidRequestException("This version does not support topic deletion.")
                    : new TopicDeletionDisabledException();
        }
        ControllerMutationQuota quota = quotas.changes(context, FIRST_VERSION_REFUSED_BY_QUOTA);
        return new TopicDeletion(changes, quota, access, context, request.data())
                .run()
                .thenApply(results -> new DeleteTopicsResponse(new DeleteTopicsResponseData()
                        .setThrottleTimeMs(quota.throttleTime())
                        .setResponses(new DeletableTopicResultCollection(results.iterator()))));
    }
}
