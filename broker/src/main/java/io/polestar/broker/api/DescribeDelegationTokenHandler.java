package io.polestar.broker.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeDelegationTokenRequest;
import org.apache.kafka.common.requests.DescribeDelegationTokenResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Delegation tokens are disabled. */
final class DescribeDelegationTokenHandler implements ApiHandler<DescribeDelegationTokenRequest> {

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_DELEGATION_TOKEN;
    }

    @Override
    public List<String> gaps() {
        return DelegationTokens.GAPS;
    }

    @Override
    public CompletableFuture<DescribeDelegationTokenResponse> handle(
            RequestContext context, DescribeDelegationTokenRequest request) {
        return CompletableFuture.completedFuture(new DescribeDelegationTokenResponse(
                request.version(),
                DescribeDelegationTokenResponse.DEFAULT_THROTTLE_TIME,
                DelegationTokens.refusal(context)));
    }
}
