package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterUserScramCredentialsRequest;
import org.apache.kafka.common.requests.AlterUserScramCredentialsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Sets and deletes users' SCRAM credentials; each user is answered for itself. */
final class AlterUserScramCredentialsHandler implements ApiHandler<AlterUserScramCredentialsRequest> {
    private final MetadataChanges changes;
    private final Access access;

    AlterUserScramCredentialsHandler(MetadataChanges changes, Access access) {
        this.changes = changes;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public CompletableFuture<AlterUserScramCredentialsResponse> handle(
            RequestContext context, AlterUserScramCredentialsRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        return changes.apply(context, (controller, on) -> controller.alterUserScramCredentials(on, request.data()))
                .thenApply(AlterUserScramCredentialsResponse::new);
    }
}
