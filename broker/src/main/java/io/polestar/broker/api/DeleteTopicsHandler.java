package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
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

/** Deletes topics by name or, from v6 on, by id; answered when their logs are gone. */
final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequest> {
    private final boolean enabled;
    private final MetadataChanges changes;
    private final Access access;

    /** @param enabled {@code delete.topic.enable} */
    DeleteTopicsHandler(boolean enabled, MetadataChanges changes, Access access) {
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
        return new TopicDeletion(changes, access, context, request.data())
                .run()
                .thenApply(results -> new DeleteTopicsResponse(new DeleteTopicsResponseData()
                        .setResponses(new DeletableTopicResultCollection(results.iterator()))));
    }
}
