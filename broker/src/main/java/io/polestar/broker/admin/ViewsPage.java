package io.polestar.broker.admin;

import io.polestar.broker.ViewConfigs;
import io.polestar.broker.controller.TopicCreation;
import io.polestar.broker.http.JsonPages;
import io.polestar.broker.hub.view.Views;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * {@code /v1/views} and {@code /v1/views/NAME}. POST to the first creates a view, DELETE of the second deletes it. Who can
 * reach the HTTP server is trusted as the operator.
 */
public final class ViewsPage implements JsonPages.Page, JsonPages.Changes {
    /** The fields of a POST that are configs of the topic. */
    private static final Map<String, String> CONFIGS = Map.of(
            "pattern", ViewConfigs.PATTERN,
            "where", ViewConfigs.WHERE,
            "whereKey", ViewConfigs.WHERE_KEY,
            "sourceHeaders", ViewConfigs.SOURCE_HEADERS,
            "backfill", ViewConfigs.BACKFILL);

    private static final String NAME = "view";
    private static final String PARTITIONS = "partitions";

    private final Supplier<List<Views.State>> views;
    private final TopicCreation topics;

    /** @param views those there are now */
    public ViewsPage(Supplier<List<Views.State>> views, TopicCreation topics) {
        this.views = views;
        this.topics = topics;
    }

    @Override
    public Optional<?> at(String name) {
        return name.isEmpty() ? Optional.of(views.get()) : find(name);
    }

    private Optional<Views.State> find(String name) {
        return views.get().stream().filter(view -> view.view().equals(name)).findFirst();
    }

    @Override
    public CompletionStage<JsonPages.Outcome> apply(String method, String name, Map<String, Object> body) {
        if (method.equals("POST") && name.isEmpty()) {
            return create(body);
        }
        if (method.equals("DELETE") && !name.isEmpty()) {
            return delete(name);
        }
        return done(JsonPages.Outcome.problem(405, "POST to /v1/views, or DELETE /v1/views/NAME"));
    }

    private CompletionStage<JsonPages.Outcome> create(Map<String, Object> body) {
        Set<String> unknown = new TreeSet<>(body.keySet());
        unknown.removeAll(CONFIGS.keySet());
        unknown.removeAll(Set.of(NAME, PARTITIONS));
        if (!unknown.isEmpty()) {
            return done(JsonPages.Outcome.problem(
                    400, "Unknown field " + unknown.iterator().next()));
        }
        Object partitions = body.getOrDefault(PARTITIONS, 1);
        if (!(body.get(NAME) instanceof String name)
                || !(body.get("pattern") instanceof String)
                || !(partitions instanceof Integer count)) {
            return done(JsonPages.Outcome.problem(
                    400, "A view has a name (view), a pattern and perhaps a number of partitions"));
        }
        CreatableTopic topic = new CreatableTopic()
                .setName(name)
                .setNumPartitions(count)
                .setReplicationFactor(CreateTopicsRequest.NO_REPLICATION_FACTOR);
        configs(body)
                .forEach((key, value) -> topic.configs()
                        .add(new CreatableTopicConfig().setName(key).setValue(value)));
        return topics.createNew(topic, KafkaPrincipal.ANONYMOUS)
                .thenApply(error -> outcome(error, 201, Map.of(NAME, name, "created", true)));
    }

    private static Map<String, String> configs(Map<String, Object> body) {
        Map<String, String> configs = new LinkedHashMap<>();
        CONFIGS.forEach((field, config) -> {
            if (body.get(field) != null) {
                configs.put(config, body.get(field).toString());
            }
        });
        return configs;
    }

    private CompletionStage<JsonPages.Outcome> delete(String name) {
        Optional<Views.State> view = find(name);
        if (view.isEmpty()) {
            return done(JsonPages.Outcome.problem(404, "There is no view " + name));
        }
        return topics.delete(view.get().topicId(), KafkaPrincipal.ANONYMOUS)
                .thenApply(error -> outcome(error, 200, Map.of(NAME, name, "deleted", true)));
    }

    private static JsonPages.Outcome outcome(ApiError error, int status, Map<String, Object> content) {
        if (error.isSuccess()) {
            return new JsonPages.Outcome(status, content);
        }
        int refused = error.error() == Errors.TOPIC_ALREADY_EXISTS ? 409 : 400;
        return JsonPages.Outcome.problem(refused, error.messageWithFallback());
    }

    private static CompletionStage<JsonPages.Outcome> done(JsonPages.Outcome outcome) {
        return CompletableFuture.completedFuture(outcome);
    }
}
