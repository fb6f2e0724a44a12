package io.polestar.broker.api;

import io.polestar.broker.controller.TopicCreation;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import io.polestar.broker.topic.InternalTopics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/**
 * Brokers, topics and partitions.
 *
 * <ul>
 *   <li>An unknown topic is created where broker and request allow it. Kafka answers UNKNOWN_TOPIC_OR_PARTITION meanwhile;
 *       here the answer waits for the topic, a few seconds at most.
 *   <li>v0: an empty list means all topics; replicas on fenced brokers are left out with REPLICA_NOT_AVAILABLE.
 *   <li>v0-5: a leader without the client's listener is LEADER_NOT_AVAILABLE, from v6 on LISTENER_NOT_FOUND.
 *   <li>v8: authorized operations; v11 drops those of the cluster. v10: topic ids in answers; v12: in requests.
 * </ul>
 */
final class MetadataHandler implements ApiHandler<MetadataRequest> {
    private static final long CREATION_PATIENCE_MS = 5_000;

    /** In every version: a topic that may not be made yet is one that is not there. */
    private static final int REFUSED_BY_QUOTA = 0;

    private final String clusterId;
    private final boolean autoCreate;
    private final MetadataCache cache;
    private final TopicCreation creation;
    private final ClientQuotas quotas;
    private final Access access;

    MetadataHandler(
            String clusterId,
            boolean autoCreate,
            MetadataCache cache,
            TopicCreation creation,
            ClientQuotas quotas,
            Access access) {
        this.quotas = quotas;
        this.clusterId = clusterId;
        this.autoCreate = autoCreate;
        this.cache = cache;
        this.creation = creation;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.METADATA;
    }

    @Override
    public CompletableFuture<MetadataResponse> handle(RequestContext context, MetadataRequest request) {
        refuseIdsBeforeVersion12(request);
        Selection selected = select(context, request);
        if (selected.toCreate.isEmpty()) {
            return CompletableFuture.completedFuture(answer(context, request, selected));
        }
        ControllerMutationQuota quota = quotas.changes(context, REFUSED_BY_QUOTA);
        return creation.create(selected.toCreate, context.principal, quota::record)
                .thenApply(results -> (Void) null)
                .completeOnTimeout(null, CREATION_PATIENCE_MS, TimeUnit.MILLISECONDS)
                .thenApply(none -> answer(context, request, selected));
    }

    private static void refuseIdsBeforeVersion12(MetadataRequest request) {
        if (request.isAllTopics() || request.version() >= 12) {
            return;
        }
        for (MetadataRequestTopic topic : request.data().topics()) {
            if (topic.name() == null) {
                throw new InvalidRequestException("Topic name can not be null for version " + request.version());
            }
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                throw new InvalidRequestException(
                        "Topic IDs are not supported in requests for version " + request.version());
            }
        }
    }

    /** What of the request may be looked at, and what is answered without looking. */
    private static final class Selection {
        final Set<String> visible = new HashSet<>();
        final Set<String> toCreate = new HashSet<>();
        final List<MetadataResponseTopic> refused = new ArrayList<>();
    }

    private Selection select(RequestContext context, MetadataRequest request) {
        Selection selected = new Selection();
        if (request.isAllTopics()) {
            selected.visible.addAll(describable(context, cache.getAllTopics()));
        } else if (byId(request)) {
            selectByIds(context, request, selected);
        } else {
            selectByNames(context, request, selected);
        }
        return selected;
    }

    private static boolean byId(MetadataRequest request) {
        return request.topicIds().stream().anyMatch(id -> !id.equals(Uuid.ZERO_UUID));
    }

    private void selectByIds(RequestContext context, MetadataRequest request, Selection selected) {
        for (Uuid id : new HashSet<>(request.topicIds())) {
            if (id.equals(Uuid.ZERO_UUID)) {
                continue;
            }
            String name = cache.getTopicName(id).orElse(null);
            if (name == null) {
                selected.refused.add(refusal(Errors.UNKNOWN_TOPIC_ID, null, id));
            } else if (describable(context, name)) {
                selected.visible.add(name);
            } else {
                selected.refused.add(refusal(Errors.TOPIC_AUTHORIZATION_FAILED, null, id));
            }
        }
    }

    private void selectByNames(RequestContext context, MetadataRequest request, Selection selected) {
        if (request.topics().contains(null)) {
            throw new InvalidRequestException("Neither topic name nor id were specified.");
        }
        boolean mayCreate = autoCreate && request.allowAutoTopicCreation();
        for (String name : new HashSet<>(request.topics())) {
            if (!describable(context, name)) {
                selected.refused.add(refusal(Errors.TOPIC_AUTHORIZATION_FAILED, name, Uuid.ZERO_UUID));
            } else if (cache.contains(name) || !mayCreate) {
                selected.visible.add(name);
            } else if (creatable(context, name)) {
                selected.visible.add(name);
                selected.toCreate.add(name);
            } else {
                selected.refused.add(refusal(Errors.TOPIC_AUTHORIZATION_FAILED, name, Uuid.ZERO_UUID)
                        .setIsInternal(InternalTopics.contains(name)));
            }
        }
    }

    private boolean describable(RequestContext context, String topic) {
        return access.allowed(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
    }

    private Set<String> describable(RequestContext context, Collection<String> topics) {
        return access.allowedNames(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topics, name -> name);
    }

    private boolean creatable(RequestContext context, String topic) {
        return access.allowedOnCluster(context, AclOperation.CREATE)
                || access.allowed(context, AclOperation.CREATE, ResourceType.TOPIC, topic);
    }

    private MetadataResponse answer(RequestContext context, MetadataRequest request, Selection selected) {
        List<MetadataResponseTopic> topics = new ArrayList<>(selected.refused);
        List<MetadataResponseTopic> visible = describe(context, request, selected.visible);
        if (request.version() >= 8 && request.data().includeTopicAuthorizedOperations()) {
            visible.forEach(topic -> topic.setTopicAuthorizedOperations(
                    access.allowedOperations(context, ResourceType.TOPIC, topic.name())));
        }
        topics.addAll(visible);
        return MetadataResponse.prepareResponse(
                request.version(),
                0,
                cache.getAliveBrokerNodes(context.listenerName),
                clusterId,
                cache.getRandomAliveBrokerId().orElse(MetadataResponse.NO_CONTROLLER_ID),
                topics,
                clusterOperations(context, request));
    }

    private List<MetadataResponseTopic> describe(RequestContext context, MetadataRequest request, Set<String> names) {
        List<MetadataResponseTopic> topics = new ArrayList<>(
                cache.getTopicMetadata(names, context.listenerName, request.version() == 0, request.version() >= 6));
        topics.forEach(topic -> topic.setIsInternal(InternalTopics.contains(topic.name())));
        if (topics.size() < names.size() && !request.isAllTopics()) {
            Set<String> unknown = new HashSet<>(names);
            topics.forEach(topic -> unknown.remove(topic.name()));
            unknown.forEach(name -> topics.add(refusal(unknownOrInvalid(name), name, cache.getTopicId(name))
                    .setIsInternal(InternalTopics.contains(name))));
        }
        return topics;
    }

    private static Errors unknownOrInvalid(String name) {
        return Topic.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
    }

    private int clusterOperations(RequestContext context, MetadataRequest request) {
        boolean asked = request.version() >= 8
                && request.version() <= 10
                && request.data().includeClusterAuthorizedOperations();
        if (!asked) {
            return MetadataResponse.AUTHORIZED_OPERATIONS_OMITTED;
        }
        return access.allowedOnCluster(context, AclOperation.DESCRIBE)
                ? access.allowedOperations(context, ResourceType.CLUSTER, Access.CLUSTER_NAME)
                : 0;
    }

    private static MetadataResponseTopic refusal(Errors error, String name, Uuid id) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setTopicId(id)
                .setPartitions(List.of());
    }
}
