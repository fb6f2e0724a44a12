package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Without an authorizer there are no ACLs: SECURITY_DISABLED for each, in Kafka's words. */
final class DeleteAclsHandler implements ApiHandler<DeleteAclsRequest> {
    private final Access access;

    DeleteAclsHandler(Access access) {
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DELETE_ACLS;
    }

    @Override
    public List<String> gaps() {
        return NoAuthorizer.GAPS;
    }

    @Override
    public CompletableFuture<DeleteAclsResponse> handle(RequestContext context, DeleteAclsRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        throw new SecurityDisabledException("No Authorizer is configured.");
    }
}
