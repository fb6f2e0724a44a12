package io.polestar.broker.api;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Creates the repartition and changelog topics of streams groups, and remembers for a while why one could not be created:
 * that long it is not tried again, and the members are told. Safe for use from any thread; never blocks.
 */
final class StreamsTopics {
    private static final int MAX_REMEMBERED = 1_000;

    private record Failure(String message, long untilMs) {}

    private final InternalTopicCreation creation;
    private final LongSupplier clockMs;
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();

    StreamsTopics(InternalTopicCreation creation, LongSupplier clockMs) {
        this.creation = creation;
        this.clockMs = clockMs;
    }

    /** Begins to create what is missing. */
    void create(Collection<CreatableTopic> topics, KafkaPrincipal principal, long retryAfterMs) {
        forgetOld();
        for (CreatableTopic topic : topics) {
            if (!failures.containsKey(topic.name())) {
                creation.create(topic, principal)
                        .thenAccept(result -> remember(topic.name(), result, clockMs.getAsLong() + retryAfterMs));
            }
        }
    }

    private void remember(String topic, ApiError result, long untilMs) {
        if (result.isFailure() && failures.size() < MAX_REMEMBERED) {
            failures.put(topic, new Failure(result.messageWithFallback(), untilMs));
        }
    }

    private void forgetOld() {
        long nowMs = clockMs.getAsLong();
        failures.values().removeIf(failure -> failure.untilMs() <= nowMs);
    }

    /** Why topics of these could not be created, by name. */
    Map<String, String> failures(Collection<String> topics) {
        Map<String, String> found = new TreeMap<>();
        for (String topic : topics) {
            Failure failure = failures.get(topic);
            if (failure != null) {
                found.put(topic, failure.message());
            }
        }
        return found;
    }
}
