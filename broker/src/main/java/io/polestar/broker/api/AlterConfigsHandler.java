package io.polestar.broker.api;

import io.polestar.broker.config.Alterations;
import io.polestar.broker.config.ConfigChange;
import io.polestar.broker.config.ConfigChecks;
import io.polestar.broker.controller.MetadataChanges;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;

/** Replaces all configs of a resource by those given; the older way, without loggers. */
final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequest> {
    private final MetadataChanges changes;
    private final ConfigChecks checks;

    AlterConfigsHandler(MetadataChanges changes, ConfigChecks checks) {
        this.changes = changes;
        this.checks = checks;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public CompletableFuture<AlterConfigsResponse> handle(RequestContext context, AlterConfigsRequest request) {
        Alterations<AlterConfigsResource> alterations =
                new Alterations<>(request.data().resources(), AlterConfigsHandler::identity);
        alterations.check(resource -> checks.checkReplacement(identity(resource), changesOf(resource)));
        alterations.check(resource -> checks.authorize(context, identity(resource)));
        Map<ConfigResource, Map<String, String>> accepted = values(alterations.accepted());
        return changes.apply(
                        context,
                        (controller, on) -> controller.legacyAlterConfigs(
                                on, accepted, request.data().validateOnly(), false))
                .thenApply(results -> response(alterations, results));
    }

    private static ConfigResource identity(AlterConfigsResource resource) {
        return new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
    }

    private static List<ConfigChange> changesOf(AlterConfigsResource resource) {
        return resource.configs().stream()
                .map(config -> new ConfigChange(config.name(), OpType.SET, config.value()))
                .toList();
    }

    private static Map<ConfigResource, Map<String, String>> values(List<AlterConfigsResource> resources) {
        Map<ConfigResource, Map<String, String>> byResource = new HashMap<>();
        for (AlterConfigsResource resource : resources) {
            Map<String, String> values = new HashMap<>();
            changesOf(resource).forEach(change -> values.put(change.name(), change.value()));
            byResource.put(identity(resource), values);
        }
        return byResource;
    }

    private static AlterConfigsResponse response(
            Alterations<AlterConfigsResource> alterations, Map<ConfigResource, ApiError> results) {
        return new AlterConfigsResponse(
                new AlterConfigsResponseData().setResponses(alterations.answers(results, AlterConfigsHandler::answer)));
    }

    private static AlterConfigsResourceResponse answer(AlterConfigsResource resource, ApiError result) {
        return new AlterConfigsResourceResponse()
                .setResourceName(resource.resourceName())
                .setResourceType(resource.resourceType())
                .setErrorCode(result.error().code())
                .setErrorMessage(result.message());
    }
}
