package io.polestar.broker.api;

import io.polestar.broker.config.Alterations;
import io.polestar.broker.config.ConfigChange;
import io.polestar.broker.config.ConfigChecks;
import io.polestar.broker.config.LoggerChanges;
import io.polestar.broker.controller.MetadataChanges;
import java.util.AbstractMap.SimpleEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** Changes configs one by one; each resource is answered for itself, when the change can be described. */
final class IncrementalAlterConfigsHandler implements ApiHandler<IncrementalAlterConfigsRequest> {
    private final MetadataChanges changes;
    private final ConfigChecks checks;
    private final LoggerChanges loggers;

    IncrementalAlterConfigsHandler(MetadataChanges changes, ConfigChecks checks, LoggerChanges loggers) {
        this.changes = changes;
        this.checks = checks;
        this.loggers = loggers;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public List<String> gaps() {
        return List.of(
                "Dynamic broker configs of what Polestar does not have or does not change while it runs (`num.io.threads`,"
                        + " `num.network.threads` and the like, `listeners`, TLS and SASL, replication, remote storage) are"
                        + " checked, stored and shown, and do nothing.");
    }

    @Override
    public CompletableFuture<IncrementalAlterConfigsResponse> handle(
            RequestContext context, IncrementalAlterConfigsRequest request) {
        boolean validateOnly = request.data().validateOnly();
        Alterations<AlterConfigsResource> alterations =
                new Alterations<>(request.data().resources(), IncrementalAlterConfigsHandler::identity);
        alterations.check(resource -> settleLogger(context, resource, alterations, validateOnly));
        alterations.check(resource -> checks.checkIncremental(identity(resource), changesOf(resource)));
        alterations.check(resource -> checks.authorize(context, identity(resource)));
        Map<ConfigResource, Map<String, Entry<OpType, String>>> accepted = operations(alterations.accepted());
        return changes.apply(
                        context,
                        (controller, on) -> controller.incrementalAlterConfigs(on, accepted, validateOnly, false))
                .thenApply(results -> response(alterations, results));
    }

    private static ConfigResource identity(AlterConfigsResource resource) {
        return new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
    }

    private static List<ConfigChange> changesOf(AlterConfigsResource resource) {
        return resource.configs().stream()
                .map(config -> new ConfigChange(config.name(), OpType.forId(config.configOperation()), config.value()))
                .toList();
    }

    private void settleLogger(
            RequestContext context,
            AlterConfigsResource resource,
            Alterations<AlterConfigsResource> alterations,
            boolean validateOnly) {
        if (identity(resource).type() == ConfigResource.Type.BROKER_LOGGER) {
            checks.authorize(context, identity(resource));
            loggers.apply(resource.resourceName(), changesOf(resource), validateOnly);
            alterations.settle(resource, ApiError.NONE);
        }
    }

    private static Map<ConfigResource, Map<String, Entry<OpType, String>>> operations(
            List<AlterConfigsResource> resources) {
        Map<ConfigResource, Map<String, Entry<OpType, String>>> byResource = new HashMap<>();
        for (AlterConfigsResource resource : resources) {
            Map<String, Entry<OpType, String>> byName = new HashMap<>();
            // Not Map.entry: a deletion has no value.
            changesOf(resource)
                    .forEach(
                            change -> byName.put(change.name(), new SimpleEntry<>(change.operation(), change.value())));
            byResource.put(identity(resource), byName);
        }
        return byResource;
    }

    private static IncrementalAlterConfigsResponse response(
            Alterations<AlterConfigsResource> alterations, Map<ConfigResource, ApiError> results) {
        return new IncrementalAlterConfigsResponse(new IncrementalAlterConfigsResponseData()
                .setResponses(alterations.answers(results, IncrementalAlterConfigsHandler::answer)));
    }

    private static AlterConfigsResourceResponse answer(AlterConfigsResource resource, ApiError result) {
        return new AlterConfigsResourceResponse()
                .setResourceName(resource.resourceName())
                .setResourceType(resource.resourceType())
                .setErrorCode(result.error().code())
                .setErrorMessage(result.message());
    }
}
