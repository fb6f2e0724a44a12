package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeAclsRequest;
import org.apache.kafka.common.requests.DescribeAclsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Without an authorizer there are no ACLs: SECURITY_DISABLED, in Kafka's words. */
final class DescribeAclsHandler implements ApiHandler<DescribeAclsRequest> {
    private final Access access;

    DescribeAclsHandler(Access access) {
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_ACLS;
    }

    @Override
    public List<String> gaps() {
        return NoAuthorizer.GAPS;
    }

    @Override
    public CompletableFuture<DescribeAclsResponse> handle(RequestContext context, DescribeAclsRequest request) {
        access.requireOnCluster(context, AclOperation.DESCRIBE);
        return CompletableFuture.completedFuture(new DescribeAclsResponse(
                new DescribeAclsResponseData()
                        .setErrorCode(Errors.SECURITY_DISABLED.code())
                        .setErrorMessage("No Authorizer is configured on the broker"),
                request.version()));
    }
}
