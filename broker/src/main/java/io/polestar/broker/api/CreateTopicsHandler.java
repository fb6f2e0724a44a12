package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/**
 * Creates topics; each is answered for itself, when its partitions can be used. v5 tells partitions, replication factor
 * and configs of what was created; v7 the topic id. A topic with {@code polestar.view.pattern} is a view.
 */
final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequest> {
    private static final int FIRST_VERSION_REFUSED_BY_QUOTA = 6;

    private final MetadataChanges changes;
    private final ClientQuotas quotas;
    private final Access access;
    private final ViewCreation views;

    /** @param cache the topics there are, which a view to be created may match */
    CreateTopicsHandler(MetadataChanges changes, MetadataCache cache, ClientQuotas quotas, Access access) {
        this.changes = changes;
        this.quotas = quotas;
        this.access = access;
        this.views = new ViewCreation(cache, access);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public CompletableFuture<CreateTopicsResponse> handle(RequestContext context, CreateTopicsRequest request) {
        Map<String, CreatableTopicResult> refused =
                refuse(context, request.data().topics());
        CreateTopicsRequestData accepted = without(request.data(), refused.keySet());
        Set<String> describable = access.allowedNames(
                context, AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, accepted.topics(), CreatableTopic::name);
        ControllerMutationQuota quota = quotas.changes(context, FIRST_VERSION_REFUSED_BY_QUOTA);
        return changes.apply(
                        context,
                        accepted.timeoutMs(),
                        quota::record,
                        (controller, on) -> controller.createTopics(on, accepted, describable, false))
                .thenApply(answer -> response(answer.setThrottleTimeMs(quota.throttleTime()), refused));
    }

    private Map<String, CreatableTopicResult> refuse(RequestContext context, Collection<CreatableTopic> topics) {
        boolean everywhere = access.allowedOnCluster(context, AclOperation.CREATE);
        Map<String, Integer> occurrences = new HashMap<>();
        topics.forEach(topic -> occurrences.merge(topic.name(), 1, Integer::sum));
        Map<String, CreatableTopicResult> refused = new HashMap<>();
        occurrences.forEach((name, count) -> {
            if (count > 1) {
                refused.put(name, refusal(name, Errors.INVALID_REQUEST, "Duplicate topic name."));
            } else if (name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
                refused.put(
                        name,
                        refusal(
                                name,
                                Errors.INVALID_REQUEST,
                                "Creation of internal topic " + name + " is prohibited."));
            } else if (!everywhere && !access.allowed(context, AclOperation.CREATE, ResourceType.TOPIC, name)) {
                refused.put(name, refusal(name, Errors.TOPIC_AUTHORIZATION_FAILED, "Authorization failed."));
            }
        });
        topics.forEach(topic -> {
            if (!refused.containsKey(topic.name()) && !views.isAllowed(context, topic)) {
                refused.put(
                        topic.name(),
                        refusal(
                                topic.name(),
                                Errors.TOPIC_AUTHORIZATION_FAILED,
                                "Who creates a view must be allowed to read all topics that match its pattern."));
            }
        });
        return refused;
    }

    private static CreateTopicsRequestData without(CreateTopicsRequestData request, Set<String> refused) {
        CreateTopicsRequestData accepted = request.duplicate();
        accepted.topics().removeIf(topic -> refused.contains(topic.name()));
        return accepted;
    }

    private static CreateTopicsResponse response(
            CreateTopicsResponseData answer, Map<String, CreatableTopicResult> refused) {
        refused.values().forEach(answer.topics()::add);
        return new CreateTopicsResponse(answer);
    }

    private static CreatableTopicResult refusal(String name, Errors error, String message) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
