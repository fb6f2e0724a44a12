package io.polestar.broker.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RenewDelegationTokenRequest;
import org.apache.kafka.common.requests.RenewDelegationTokenResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Delegation tokens are disabled. */
final class RenewDelegationTokenHandler implements ApiHandler<RenewDelegationTokenRequest> {

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.RENEW_DELEGATION_TOKEN;
    }

    @Override
    public List<String> gaps() {
        return DelegationTokens.GAPS;
    }

    @Override
    public CompletableFuture<RenewDelegationTokenResponse> handle(
            RequestContext context, RenewDelegationTokenRequest request) {
        return CompletableFuture.completedFuture(new RenewDelegationTokenResponse(new RenewDelegationTokenResponseData()
                .setErrorCode(DelegationTokens.refusal(context).code())
                .setExpiryTimestampMs(DelegationTokens.NO_TIMESTAMP)));
    }
}
