package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;
import org.apache.kafka.common.requests.ListConfigResourcesResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** Names what has, or can have, configs. v0 knows metrics subscriptions only; from v1 on no type given means all. */
final class ListConfigResourcesHandler implements ApiHandler<ListConfigResourcesRequest> {
    private final KRaftMetadataCache cache;
    private final Access access;

    ListConfigResourcesHandler(KRaftMetadataCache cache, Access access) {
        this.cache = cache;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_CONFIG_RESOURCES;
    }

    @Override
    public CompletableFuture<ListConfigResourcesResponse> handle(
            RequestContext context, ListConfigResourcesRequest request) {
        access.requireOnCluster(context, AclOperation.DESCRIBE_CONFIGS);
        Set<Byte> supported = request.supportedResourceTypes();
        Collection<Byte> wanted = request.data().resourceTypes();
        if (!supported.containsAll(wanted)) {
            throw new UnsupportedVersionException("Not every resource type asked for is known in this version");
        }
        List<ListConfigResourcesResponseData.ConfigResource> found = new ArrayList<>();
        for (byte id : wanted.isEmpty() ? supported : Set.copyOf(wanted)) {
            names(context, ConfigResource.Type.forId(id))
                    .forEach(name -> found.add(new ListConfigResourcesResponseData.ConfigResource()
                            .setResourceName(name)
                            .setResourceType(id)));
        }
        return CompletableFuture.completedFuture(
                new ListConfigResourcesResponse(new ListConfigResourcesResponseData().setConfigResources(found)));
    }

    private Collection<String> names(RequestContext context, ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> cache.getAllTopics();
            case BROKER, BROKER_LOGGER ->
                cache.getBrokerNodes(context.listenerName).stream()
                        .map(Node::idString)
                        .toList();
            default -> namesWithConfigs(type);
        };
    }

    private List<String> namesWithConfigs(ConfigResource.Type type) {
        return cache.currentImage().configs().resourceData().keySet().stream()
                .filter(resource -> resource.type() == type)
                .map(ConfigResource::name)
                .toList();
    }
}
