package io.polestar.broker.api;

import io.polestar.broker.controller.TopicCreation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Creates the topics in which coordinators keep their state, and those that streams groups need. Called on event loops,
 * never blocks.
 */
public interface InternalTopicCreation {

    /**
     * A coordinator's topic, by the broker itself.
     *
     * @return NONE when the topic is there, otherwise the controller's error
     */
    CompletableFuture<Errors> create(String topic);

    /**
     * A topic that a coordinator describes, on behalf of its client.
     *
     * @return as {@link #create(String)}
     */
    CompletableFuture<ApiError> create(CreatableTopic topic, KafkaPrincipal principal);

    static InternalTopicCreation by(TopicCreation topics) {
        return new InternalTopicCreation() {
            @Override
            public CompletableFuture<Errors> create(String topic) {
                return topics.create(List.of(topic), KafkaPrincipal.ANONYMOUS).thenApply(results -> results.get(topic));
            }

            @Override
            public CompletableFuture<ApiError> create(CreatableTopic topic, KafkaPrincipal principal) {
                return topics.create(topic, principal);
            }
        };
    }
}
