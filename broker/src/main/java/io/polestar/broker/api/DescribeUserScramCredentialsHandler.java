package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsRequest;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** Which SCRAM mechanisms users have credentials for; the credentials themselves are told to nobody. */
final class DescribeUserScramCredentialsHandler implements ApiHandler<DescribeUserScramCredentialsRequest> {
    private final KRaftMetadataCache metadata;
    private final Access access;

    DescribeUserScramCredentialsHandler(KRaftMetadataCache metadata, Access access) {
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public CompletableFuture<DescribeUserScramCredentialsResponse> handle(
            RequestContext context, DescribeUserScramCredentialsRequest request) {
        access.requireOnCluster(context, AclOperation.DESCRIBE);
        return CompletableFuture.completedFuture(
                new DescribeUserScramCredentialsResponse(metadata.describeScramCredentials(request.data())));
    }
}
