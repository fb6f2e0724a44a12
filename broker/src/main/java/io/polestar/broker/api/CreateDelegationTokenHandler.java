package io.polestar.broker.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.CreateDelegationTokenRequest;
import org.apache.kafka.common.requests.CreateDelegationTokenResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Delegation tokens are disabled. */
final class CreateDelegationTokenHandler implements ApiHandler<CreateDelegationTokenRequest> {

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_DELEGATION_TOKEN;
    }

    @Override
    public List<String> gaps() {
        return DelegationTokens.GAPS;
    }

    @Override
    public CompletableFuture<CreateDelegationTokenResponse> handle(
            RequestContext context, CreateDelegationTokenRequest request) {
        CreateDelegationTokenRequestData data = request.data();
        KafkaPrincipal owner =
                data.ownerPrincipalName() == null || data.ownerPrincipalName().isEmpty()
                        ? context.principal
                        : new KafkaPrincipal(data.ownerPrincipalType(), data.ownerPrincipalName());
        return CompletableFuture.completedFuture(CreateDelegationTokenResponse.prepareResponse(
                request.version(),
                CreateDelegationTokenResponse.DEFAULT_THROTTLE_TIME,
                DelegationTokens.refusal(context),
                owner,
                context.principal));
    }
}
