package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates topics because somebody wants to use them. Requests for a topic that is being created share its future. Safe for
 * use from any thread; never blocks.
 */
public final class TopicCreation {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCreation.class);

    private final Map<String, CompletableFuture<ApiError>> inFlight = new ConcurrentHashMap<>();
    private final TopicTemplates topics;
    private final MetadataChanges changes;

    public TopicCreation(BrokerConfig config, MetadataChanges changes) {
        this.topics = new TopicTemplates(config);
        this.changes = changes;
    }

    /**
     * Creates the topics that are not there.
     *
     * @param principal on whose behalf, for the broker's policies
     * @return by name, how it went: NONE if the topic is there now and its partitions are led here, INVALID_TOPIC_EXCEPTION
     *     for an illegal name, otherwise the controller's error
     */
    public CompletableFuture<Map<String, Errors>> create(Collection<String> names, KafkaPrincipal principal) {
        return create(names, principal, MetadataChanges.UNLIMITED);
    }

    /**
     * As {@link #create(Collection, KafkaPrincipal)}.
     *
     * @param quota told of the partitions that are created; refuses by throwing
     */
    public CompletableFuture<Map<String, Errors>> create(
            Collection<String> names, KafkaPrincipal principal, Consumer<Integer> quota) {
        Map<String, CompletableFuture<Errors>> each = new TreeMap<>();
        names.forEach(name -> each.put(name, createOne(name, principal, quota)));
        return CompletableFuture.allOf(each.values().toArray(CompletableFuture[]::new))
                .thenApply(none -> {
                    Map<String, Errors> results = new TreeMap<>();
                    each.forEach((name, future) -> results.put(name, future.join()));
                    return results;
                });
    }

    private CompletableFuture<Errors> createOne(String name, KafkaPrincipal principal, Consumer<Integer> quota) {
        return mayExist(name)
                ? create(topics.describe(name), principal, quota).thenApply(ApiError::error)
                : CompletableFuture.completedFuture(Errors.INVALID_TOPIC_EXCEPTION);
    }

    /**
     * Creates a topic as described, unless it is there.
     *
     * @return how it went, as {@link #create(Collection, KafkaPrincipal)} says it
     */
    public CompletableFuture<ApiError> create(CreatableTopic topic, KafkaPrincipal principal) {
        return create(topic, principal, MetadataChanges.UNLIMITED);
    }

    private CompletableFuture<ApiError> create(
            CreatableTopic topic, KafkaPrincipal principal, Consumer<Integer> quota) {
        String name = topic.name();
        CompletableFuture<ApiError> mine = new CompletableFuture<>();
        CompletableFuture<ApiError> other = inFlight.putIfAbsent(name, mine);
        if (other != null) {
            return other;
        }
        send(topic, principal, quota).whenComplete((error, failure) -> {
            inFlight.remove(name);
            mine.complete(failure == null ? error : ApiError.fromThrowable(failure));
        });
        return mine;
    }

    /** As {@link #create(CreatableTopic, KafkaPrincipal)}, but TOPIC_ALREADY_EXISTS if it is there. */
    public CompletableFuture<ApiError> createNew(CreatableTopic topic, KafkaPrincipal principal) {
        return answer(topic, principal, MetadataChanges.UNLIMITED).thenApply(answer -> {
            var created = answer.topics().find(topic.name());
            return new ApiError(Errors.forCode(created.errorCode()), created.errorMessage());
        });
    }

    /** Deletes a topic. */
    public CompletableFuture<ApiError> delete(Uuid topicId, KafkaPrincipal principal) {
        return changes.applyAsBroker(
                        principal, (controller, context) -> controller.deleteTopics(context, List.of(topicId)))
                .thenApply(results -> results.get(topicId));
    }

    private static boolean mayExist(String name) {
        try {
            Topic.validate(name);
            return !name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME);
        } catch (InvalidTopicException e) {
            return false;
        }
    }

    private CompletableFuture<ApiError> send(CreatableTopic topic, KafkaPrincipal principal, Consumer<Integer> quota) {
        return answer(topic, principal, quota).thenApply(answer -> result(topic.name(), answer));
    }

    private CompletableFuture<CreateTopicsResponseData> answer(
            CreatableTopic topic, KafkaPrincipal principal, Consumer<Integer> quota) {
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        request.topics().add(topic);
        return changes.applyAsBroker(
                principal, quota, (controller, context) -> controller.createTopics(context, request, Set.of(), false));
    }

    private static ApiError result(String name, CreateTopicsResponseData answer) {
        var topic = answer.topics().find(name);
        Errors error = Errors.forCode(topic.errorCode());
        if (error == Errors.TOPIC_ALREADY_EXISTS) {
            return ApiError.NONE;
        }
        // A client over its quota asks again and again.
        if (error != Errors.NONE && error != Errors.THROTTLING_QUOTA_EXCEEDED) {
            LOG.warn("Topic {} was not created: {} ({})", name, error, topic.errorMessage());
        }
        return new ApiError(error, topic.errorMessage());
    }
}
