package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DeleteShareGroupStateRequest;
import org.apache.kafka.common.requests.DeleteShareGroupStateResponse;
import org.apache.kafka.common.requests.InitializeShareGroupStateRequest;
import org.apache.kafka.common.requests.InitializeShareGroupStateResponse;
import org.apache.kafka.common.requests.ReadShareGroupStateRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateResponse;
import org.apache.kafka.common.requests.ReadShareGroupStateSummaryRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateSummaryResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.WriteShareGroupStateRequest;
import org.apache.kafka.common.requests.WriteShareGroupStateResponse;
import org.apache.kafka.coordinator.share.ShareCoordinator;

/**
 * InitializeShareGroupState, ReadShareGroupState, WriteShareGroupState, DeleteShareGroupState and ReadShareGroupStateSummary
 * (KIP-932): what brokers ask a share coordinator. This broker asks its own without a request, so they are for others, and
 * need CLUSTER_ACTION.
 *
 * @param <Q> Kafka's request class of the key
 */
final class ShareStateHandler<Q extends AbstractRequest> implements ApiHandler<Q> {
    private final ApiKeys key;
    private final BiFunction<RequestContext, Q, CompletableFuture<? extends AbstractResponse>> answer;
    private final Access access;

    private ShareStateHandler(
            ApiKeys key,
            BiFunction<RequestContext, Q, CompletableFuture<? extends AbstractResponse>> answer,
            Access access) {
        this.key = key;
        this.answer = answer;
        this.access = access;
    }

    /** One for each key. */
    static List<ApiHandler<?>> all(ShareCoordinator coordinator, Access access) {
        return List.of(
                new ShareStateHandler<InitializeShareGroupStateRequest>(
                        ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                        (context, request) -> coordinator
                                .initializeState(context, request.data())
                                .thenApply(InitializeShareGroupStateResponse::new),
                        access),
                new ShareStateHandler<ReadShareGroupStateRequest>(
                        ApiKeys.READ_SHARE_GROUP_STATE,
                        (context, request) -> coordinator
                                .readState(context, request.data())
                                .thenApply(ReadShareGroupStateResponse::new),
                        access),
                new ShareStateHandler<WriteShareGroupStateRequest>(
                        ApiKeys.WRITE_SHARE_GROUP_STATE,
                        (context, request) -> coordinator
                                .writeState(context, request.data())
                                .thenApply(WriteShareGroupStateResponse::new),
                        access),
                new ShareStateHandler<DeleteShareGroupStateRequest>(
                        ApiKeys.DELETE_SHARE_GROUP_STATE,
                        (context, request) -> coordinator
                                .deleteState(context, request.data())
                                .thenApply(DeleteShareGroupStateResponse::new),
                        access),
                new ShareStateHandler<ReadShareGroupStateSummaryRequest>(
                        ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                        (context, request) -> coordinator
                                .readStateSummary(context, request.data())
                                .thenApply(ReadShareGroupStateSummaryResponse::new),
                        access));
    }

    @Override
    public ApiKeys apiKey() {
        return key;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, Q request) {
        access.requireOnCluster(context, AclOperation.CLUSTER_ACTION);
        return answer.apply(context, request);
    }
}
