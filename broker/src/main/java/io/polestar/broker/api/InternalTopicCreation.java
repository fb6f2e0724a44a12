package io.polestar.broker.api;

import io.polestar.broker.controller.TopicCreation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Creates the topics in which coordinators keep their state. Called on event loops, never blocks. */
@FunctionalInterface
public interface InternalTopicCreation {

    /** @return NONE when the topic is there, otherwise the controller's error */
    CompletableFuture<Errors> create(String topic);

    /** By the broker itself, on nobody's behalf. */
    static InternalTopicCreation by(TopicCreation topics) {
        return name -> topics.create(List.of(name), KafkaPrincipal.ANONYMOUS).thenApply(results -> results.get(name));
    }
}
