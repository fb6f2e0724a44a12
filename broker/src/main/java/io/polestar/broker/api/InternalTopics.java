package io.polestar.broker.api;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;

/** Creates the topics in which coordinators keep their state. Called on event loops, never blocks. */
@FunctionalInterface
public interface InternalTopics {

    /** @return done when the controller has created the topic, or found that it exists */
    CompletableFuture<?> create(CreatableTopic topic);
}
