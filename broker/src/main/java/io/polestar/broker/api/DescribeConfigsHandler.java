package io.polestar.broker.api;

import io.polestar.broker.config.ConfigDescriptions;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** The configs of topics, this broker, its loggers, groups and metrics subscriptions, with sources, synonyms, documentation. */
final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest> {
    private final ConfigDescriptions descriptions;
    private final Access access;

    DescribeConfigsHandler(ConfigDescriptions descriptions, Access access) {
        this.descriptions = descriptions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public CompletableFuture<DescribeConfigsResponse> handle(RequestContext context, DescribeConfigsRequest request) {
        List<DescribeConfigsResult> results = new ArrayList<>();
        List<DescribeConfigsResult> refused = new ArrayList<>();
        for (DescribeConfigsResource resource : request.data().resources()) {
            Errors error = refusal(context, resource);
            if (error == Errors.NONE) {
                results.add(descriptions.describe(resource, request.data()));
            } else {
                refused.add(refuse(resource, error));
            }
        }
        results.addAll(refused);
        return CompletableFuture.completedFuture(
                new DescribeConfigsResponse(new DescribeConfigsResponseData().setResults(results)));
    }

    private Errors refusal(RequestContext context, DescribeConfigsResource resource) {
        ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
        return switch (type) {
            case BROKER, BROKER_LOGGER, CLIENT_METRICS ->
                access.allowedOnCluster(context, AclOperation.DESCRIBE_CONFIGS)
                        ? Errors.NONE
                        : Errors.CLUSTER_AUTHORIZATION_FAILED;
            case TOPIC ->
                allowed(context, ResourceType.TOPIC, resource) ? Errors.NONE : Errors.TOPIC_AUTHORIZATION_FAILED;
            case GROUP ->
                allowed(context, ResourceType.GROUP, resource) ? Errors.NONE : Errors.GROUP_AUTHORIZATION_FAILED;
            case UNKNOWN ->
                throw new InvalidRequestException(
                        "Unexpected resource type " + type + " for resource " + resource.resourceName());
        };
    }

    private boolean allowed(RequestContext context, ResourceType type, DescribeConfigsResource resource) {
        return access.allowed(context, AclOperation.DESCRIBE_CONFIGS, type, resource.resourceName());
    }

    private static DescribeConfigsResult refuse(DescribeConfigsResource resource, Errors error) {
        return new DescribeConfigsResult()
                .setErrorCode(error.code())
                .setErrorMessage(error.message())
                .setConfigs(List.of())
                .setResourceName(resource.resourceName())
                .setResourceType(resource.resourceType());
    }
}
