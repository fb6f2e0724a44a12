package io.polestar.broker.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.feature.Features;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.common.FinalizedFeatures;

/**
 * ApiVersions: which APIs are served, in which versions, and which features the cluster has.
 *
 * <ul>
 *   <li>The APIs and their ranges are those of the handlers; nothing is listed twice.
 *   <li>Produce is told from version 0 although it is served from 3, as Kafka does: librdkafka before 2.5.2 would not
 *       produce otherwise (KAFKA-18659).
 *   <li>A request that is too new is answered in version 0 with UNSUPPORTED_VERSION and the range of this API (KIP-511).
 *   <li>A client software name or version of other than letters, digits, dots and dashes is an INVALID_REQUEST.
 *   <li>Before version 4 features that may have level 0 are left out.
 *   <li>No authorisation: a client needs this answer before it can authenticate.
 * </ul>
 */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequest> {
    private static final short FEATURES_FROM_LEVEL_0_VERSION = 4;

    private final Supplier<List<ApiHandler<?>>> handlers;
    private final Supplier<Features<SupportedVersionRange>> supportedFeatures;
    private final Supplier<FinalizedFeatures> finalizedFeatures;

    /**
     * @param handlers all that are served, this one included
     * @param supportedFeatures what this broker can do
     * @param finalizedFeatures what the cluster has agreed on, as of now
     */
    public ApiVersionsHandler(
            Supplier<List<ApiHandler<?>>> handlers,
            Supplier<Features<SupportedVersionRange>> supportedFeatures,
            Supplier<FinalizedFeatures> finalizedFeatures) {
        this.handlers = handlers;
        this.supportedFeatures = supportedFeatures;
        this.finalizedFeatures = finalizedFeatures;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, ApiVersionsRequest request) {
        return CompletableFuture.completedFuture(answer(request));
    }

    private ApiVersionsResponse answer(ApiVersionsRequest request) {
        if (request.hasUnsupportedRequestVersion()) {
            return request.getErrorResponse(0, Errors.UNSUPPORTED_VERSION.exception());
        }
        if (!request.isValid()) {
            return request.getErrorResponse(0, Errors.INVALID_REQUEST.exception());
        }
        FinalizedFeatures agreed = finalizedFeatures.get();
        return new ApiVersionsResponse.Builder()
                .setApiVersions(served())
                .setSupportedFeatures(supportedFeatures.get())
                .setFinalizedFeatures(agreed.finalizedFeatures())
                .setFinalizedFeaturesEpoch(agreed.finalizedFeaturesEpoch())
                .setAlterFeatureLevel0(request.version() < FEATURES_FROM_LEVEL_0_VERSION)
                .build();
    }

    private ApiVersionCollection served() {
        ApiVersionCollection served = new ApiVersionCollection();
        for (ApiHandler<?> handler : handlers.get()) {
            served.add(new ApiVersion()
                    .setApiKey(handler.apiKey().id)
                    .setMinVersion(toldOldestVersion(handler))
                    .setMaxVersion(handler.latestVersion()));
        }
        return served;
    }

    private static short toldOldestVersion(ApiHandler<?> handler) {
        return handler.apiKey() == ApiKeys.PRODUCE
                ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                : handler.oldestVersion();
    }
}
