package io.polestar.broker.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;

/** The supported APIs by key. Immutable. */
public final class ApiTable {
    private final Map<ApiKeys, ApiHandler<?>> handlers = new EnumMap<>(ApiKeys.class);

    /** @throws IllegalArgumentException if two handlers declare the same key */
    public ApiTable(Collection<? extends ApiHandler<?>> all) {
        for (ApiHandler<?> handler : all) {
            ApiHandler<?> other = handlers.put(handler.apiKey(), handler);
            if (other != null) {
                throw new IllegalArgumentException("API " + handler.apiKey() + " is declared twice: by "
                        + other.getClass().getSimpleName() + " and by "
                        + handler.getClass().getSimpleName());
            }
        }
    }

    /** The handler that answers this key in this version, or {@code null}. */
    public ApiHandler<AbstractRequest> find(ApiKeys key, short version) {
        ApiHandler<?> handler = handlers.get(key);
        if (handler == null || version < handler.oldestVersion() || version > handler.latestVersion()) {
            return null;
        }
        @SuppressWarnings("unchecked")
        ApiHandler<AbstractRequest> typed = (ApiHandler<AbstractRequest>) handler;
        return typed;
    }

    /** All handlers in order of API key. */
    public List<ApiHandler<?>> handlers() {
        List<ApiHandler<?>> sorted = new ArrayList<>(handlers.values());
        sorted.sort(Comparator.comparingInt(h -> h.apiKey().id));
        return sorted;
    }
}
