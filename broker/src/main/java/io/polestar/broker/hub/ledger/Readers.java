package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which clients read for which group: its members, and who commits for it. A fetch names no group, so they are known by the client id;
 * a client that is in two groups counts for both. Guarded by {@link Accounts}.
 */
final class Readers {
    private static final int MAX_CLIENTS = 10_000;

    private final Map<String, Set<String>> clientsByGroup = new HashMap<>();
    private final Map<String, Set<String>> groupsByClient = new HashMap<>();
    private final Set<String> withMembers = new HashSet<>();

    void addMember(String group, String clientId) {
        withMembers.add(group);
        add(group, clientId);
    }

    void add(String group, String clientId) {
        if (clientsByGroup.computeIfAbsent(group, name -> newest()).add(clientId)) {
            groupsByClient.computeIfAbsent(clientId, id -> new HashSet<>()).add(group);
        }
    }

    /** The oldest goes where there are too many: what it read has long been committed. */
    private static Set<String> newest() {
        return Collections.newSetFromMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > MAX_CLIENTS;
            }
        });
    }

    void forget(String group) {
        withMembers.remove(group);
        Set<String> clients = clientsByGroup.remove(group);
        if (clients != null) {
            clients.forEach(client -> groupsByClient.computeIfPresent(client, (id, groups) -> {
                groups.remove(group);
                return groups.isEmpty() ? null : groups;
            }));
        }
    }

    boolean hasMembers(String group) {
        return withMembers.contains(group);
    }

    boolean reads(String group, String clientId) {
        return clientsByGroup.getOrDefault(group, Set.of()).contains(clientId);
    }

    /**
     * What the group was handed in this run, as far as it is to be taken for granted: where a group has no members, whoever is
     * in no group may read for it.
     */
    List<OffsetRange> readBy(String group, Partition partition) {
        Set<String> clients = clientsByGroup.getOrDefault(group, Set.of());
        Predicate<String> mayBe = withMembers.contains(group)
                ? clients::contains
                : client -> clients.contains(client) || !groupsByClient.containsKey(client);
        return partition.readTrails().of(mayBe);
    }
}
