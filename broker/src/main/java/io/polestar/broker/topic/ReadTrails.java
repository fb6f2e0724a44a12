package io.polestar.broker.topic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Which offsets of a partition were handed to which client in this run of the broker. A fetch that goes on where one ended costs a
 * look-up and a compare-and-set. Bounded: what does not fit is taken for read. Safe for use from any thread, without a lock
 * but where a client begins to read elsewhere.
 */
public final class ReadTrails {
    private static final int MAX_CLIENTS = 1_000;
    private static final String SHARE_GROUP = "share-group:";

    private final Map<String, ReadTrail> byClient = new ConcurrentHashMap<>();

    /** What did not get a trail of its own; it counts for everyone. */
    private volatile ReadTrail others;

    /** The name that the members of a share group have here together: what one was handed, none of the others is. */
    public static String shareGroup(String group) {
        return SHARE_GROUP + group;
    }

    /**
     * Records were handed to a client.
     *
     * @param clientId its name for itself
     * @param from the offset it asked for
     * @param to the offset after the last batch
     */
    public void note(String clientId, long from, long to) {
        ReadTrail trail = byClient.get(clientId);
        (trail == null ? begin(clientId) : trail).note(from, to);
    }

    private ReadTrail begin(String clientId) {
        if (byClient.size() < MAX_CLIENTS) {
            return byClient.computeIfAbsent(clientId, id -> new ReadTrail());
        }
        synchronized (this) {
            if (others == null) {
                others = new ReadTrail();
            }
            return others;
        }
    }

    /** The ranges that were handed to the clients asked for; they may overlap. */
    public List<OffsetRange> of(Predicate<String> clients) {
        List<OffsetRange> ranges = new ArrayList<>();
        byClient.forEach((client, trail) -> {
            if (clients.test(client)) {
                ranges.addAll(trail.ranges());
            }
        });
        ReadTrail everyones = others;
        if (everyones != null) {
            ranges.addAll(everyones.ranges());
        }
        return ranges;
    }

    /** Whether the client was handed anything. */
    public boolean hasRead(String clientId) {
        return byClient.containsKey(clientId);
    }

    /** The ranges by client, to be kept over a stop. */
    public Map<String, List<OffsetRange>> all() {
        Map<String, List<OffsetRange>> all = new HashMap<>();
        byClient.forEach((client, trail) -> all.put(client, trail.ranges()));
        return all;
    }
}
