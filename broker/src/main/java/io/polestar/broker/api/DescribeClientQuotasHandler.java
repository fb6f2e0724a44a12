package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;
import org.apache.kafka.common.requests.DescribeClientQuotasResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The client quotas that match a filter. */
final class DescribeClientQuotasHandler implements ApiHandler<DescribeClientQuotasRequest> {
    private final KRaftMetadataCache metadata;
    private final Access access;

    DescribeClientQuotasHandler(KRaftMetadataCache metadata, Access access) {
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CLIENT_QUOTAS;
    }

    @Override
    public CompletableFuture<DescribeClientQuotasResponse> handle(
            RequestContext context, DescribeClientQuotasRequest request) {
        access.requireOnCluster(context, AclOperation.DESCRIBE_CONFIGS);
        return CompletableFuture.completedFuture(
                new DescribeClientQuotasResponse(metadata.describeClientQuotas(request.data())));
    }
}
