package io.polestar.broker.api;

import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.controller.ResultOrError;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/**
 * One DeleteTopics request: names and ids resolved to each other, checked, deleted. Used by one thread after another, never
 * by two at once.
 */
final class TopicDeletion {
    private final MetadataChanges changes;
    private final ControllerMutationQuota quota;
    private final Access access;
    private final RequestContext context;
    private final DeleteTopicsRequestData request;
    private final List<DeletableTopicResult> results = new ArrayList<>();
    private final Set<Uuid> duplicateIds = new HashSet<>();
    private final Map<Uuid, String> toDelete = new HashMap<>();

    TopicDeletion(
            MetadataChanges changes,
            ControllerMutationQuota quota,
            Access access,
            RequestContext context,
            DeleteTopicsRequestData request) {
        this.changes = changes;
        this.quota = quota;
        this.access = access;
        this.context = context;
        this.request = request;
    }

    CompletableFuture<List<DeletableTopicResult>> run() {
        Set<String> names = uniqueNames();
        Set<Uuid> ids = uniqueIds();
        return ask((controller, on) -> controller.findTopicNames(on, ids))
                .thenAccept(found -> found.forEach(this::acceptId))
                .thenCompose(none -> ask((controller, on) -> controller.findTopicIds(on, names)))
                .thenAccept(found -> found.forEach(this::acceptName))
                .thenCompose(none -> delete());
    }

    private <T> CompletableFuture<T> ask(MetadataChanges.Call<T> call) {
        return changes.ask(context, request.timeoutMs(), call);
    }

    private Set<String> uniqueNames() {
        List<String> names = new ArrayList<>(request.topicNames());
        for (DeleteTopicState topic : request.topics()) {
            if (topic.name() != null && topic.topicId().equals(Uuid.ZERO_UUID)) {
                names.add(topic.name());
            } else if (topic.name() != null) {
                refuse(topic.name(), topic.topicId(), "You may not specify both topic name and topic id.");
            } else if (topic.topicId().equals(Uuid.ZERO_UUID)) {
                refuse(null, Uuid.ZERO_UUID, "Neither topic name nor id were specified.");
            }
        }
        Set<String> duplicates = duplicates(names);
        duplicates.forEach(name -> refuse(name, Uuid.ZERO_UUID, "Duplicate topic name."));
        return without(names, duplicates);
    }

    private Set<Uuid> uniqueIds() {
        List<Uuid> ids = request.topics().stream()
                .filter(topic -> topic.name() == null && !topic.topicId().equals(Uuid.ZERO_UUID))
                .map(DeleteTopicState::topicId)
                .toList();
        duplicateIds.addAll(duplicates(ids));
        duplicateIds.forEach(id -> refuse(null, id, "Duplicate topic id."));
        return without(ids, duplicateIds);
    }

    private static <T> Set<T> duplicates(Collection<T> items) {
        Set<T> seen = new HashSet<>();
        Set<T> duplicates = new HashSet<>();
        for (T item : items) {
            if (!seen.add(item)) {
                duplicates.add(item);
            }
        }
        return duplicates;
    }

    private static <T> Set<T> without(Collection<T> items, Set<T> excluded) {
        Set<T> rest = new HashSet<>(items);
        rest.removeAll(excluded);
        return rest;
    }

    private void acceptId(Uuid id, ResultOrError<String> name) {
        if (name.isError()) {
            add(null, id, name.error());
        } else if (deletable(name.result())) {
            toDelete.put(id, name.result());
        } else {
            add(describable(name.result()) ? name.result() : null, id, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
        }
    }

    private void acceptName(String name, ResultOrError<Uuid> id) {
        if (!describable(name)) {
            add(name, Uuid.ZERO_UUID, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
        } else if (id.isError()) {
            add(name, Uuid.ZERO_UUID, id.error());
        } else if (!deletable(name)) {
            add(name, Uuid.ZERO_UUID, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
        } else if (duplicateIds.contains(id.result()) || toDelete.put(id.result(), name) != null) {
            duplicateIds.add(id.result());
            toDelete.remove(id.result());
            refuse(name, id.result(), "The provided topic name maps to an ID that was already supplied.");
        }
    }

    private boolean deletable(String name) {
        return allowed(AclOperation.DELETE, name);
    }

    private boolean describable(String name) {
        return allowed(AclOperation.DESCRIBE, name);
    }

    private boolean allowed(AclOperation operation, String name) {
        return access.allowedOnCluster(context, AclOperation.DELETE)
                || access.allowed(context, operation, ResourceType.TOPIC, name);
    }

    private CompletableFuture<List<DeletableTopicResult>> delete() {
        return changes.apply(
                        context,
                        request.timeoutMs(),
                        quota::record,
                        (controller, on) -> controller.deleteTopics(on, toDelete.keySet()))
                .thenApply(errors -> {
                    errors.forEach((id, error) -> add(toDelete.get(id), id, error));
                    // Otherwise positions would tell topics that are absent from those that may not be seen.
                    Collections.shuffle(results);
                    return results;
                });
    }

    private void refuse(String name, Uuid id, String message) {
        add(name, id, new ApiError(Errors.INVALID_REQUEST, message));
    }

    private void add(String name, Uuid id, ApiError error) {
        results.add(new DeletableTopicResult()
                .setName(name)
                .setTopicId(id)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.message()));
    }
}
