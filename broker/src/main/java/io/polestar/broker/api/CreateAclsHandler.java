package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.requests.CreateAclsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Without an authorizer there are no ACLs: SECURITY_DISABLED for each, in Kafka's words. */
final class CreateAclsHandler implements ApiHandler<CreateAclsRequest> {
    private final Access access;

    CreateAclsHandler(Access access) {
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_ACLS;
    }

    @Override
    public List<String> gaps() {
        return NoAuthorizer.GAPS;
    }

    @Override
    public CompletableFuture<CreateAclsResponse> handle(RequestContext context, CreateAclsRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        throw new SecurityDisabledException("No Authorizer is configured.");
    }
}
