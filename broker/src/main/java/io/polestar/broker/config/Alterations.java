package io.polestar.broker.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * The resources of one request that changes configs: each is settled here, or accepted and answered by the controller.
 * Used by one thread after another.
 *
 * @param <R> the request's resource, told apart by identity since a resource may be named twice
 */
public final class Alterations<R> {
    private final List<R> resources;
    private final Function<R, ConfigResource> identity;
    private final Map<R, ApiError> settled = new IdentityHashMap<>();

    public Alterations(Collection<R> resources, Function<R, ConfigResource> identity) {
        this.resources = List.copyOf(resources);
        this.identity = identity;
        settleDuplicates();
    }

    private void settleDuplicates() {
        Map<ConfigResource, R> seen = new HashMap<>();
        for (R resource : resources) {
            R other = seen.put(identity.apply(resource), resource);
            if (other != null) {
                ApiError error = new ApiError(Errors.INVALID_REQUEST, "Each resource must appear at most once.");
                settled.put(other, error);
                settled.put(resource, error);
            }
        }
    }

    /** Checks every resource not settled yet; one whose check fails is settled with that error. */
    public void check(Consumer<R> check) {
        for (R resource : accepted()) {
            try {
                check.accept(resource);
            } catch (RuntimeException e) {
                settle(resource, ApiError.fromThrowable(e));
            }
        }
    }

    /** Settles a resource: the controller is not asked for it. */
    public void settle(R resource, ApiError result) {
        settled.put(resource, result);
    }

    /** The resources not settled. */
    public List<R> accepted() {
        List<R> accepted = new ArrayList<>();
        for (R resource : resources) {
            if (!settled.containsKey(resource)) {
                accepted.add(resource);
            }
        }
        return accepted;
    }

    /** An answer for every resource in the request's order. */
    public <A> List<A> answers(Map<ConfigResource, ApiError> fromController, BiFunction<R, ApiError, A> answer) {
        List<A> answers = new ArrayList<>();
        for (R resource : resources) {
            ApiError result = settled.get(resource);
            if (result == null) {
                result = fromController.getOrDefault(
                        identity.apply(resource), new ApiError(Errors.UNKNOWN_SERVER_ERROR));
            }
            answers.add(answer.apply(resource, result));
        }
        return answers;
    }
}
