package io.polestar.broker.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ExpireDelegationTokenRequest;
import org.apache.kafka.common.requests.ExpireDelegationTokenResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Delegation tokens are disabled. */
final class ExpireDelegationTokenHandler implements ApiHandler<ExpireDelegationTokenRequest> {

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.EXPIRE_DELEGATION_TOKEN;
    }

    @Override
    public List<String> gaps() {
        return DelegationTokens.GAPS;
    }

    @Override
    public CompletableFuture<ExpireDelegationTokenResponse> handle(
            RequestContext context, ExpireDelegationTokenRequest request) {
        return CompletableFuture.completedFuture(
                new ExpireDelegationTokenResponse(new ExpireDelegationTokenResponseData()
                        .setErrorCode(DelegationTokens.refusal(context).code())
                        .setExpiryTimestampMs(DelegationTokens.NO_TIMESTAMP)));
    }
}
