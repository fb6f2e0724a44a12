package io.polestar.ops.differential;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ApiKeys;

/** Which APIs were talked about, in which versions. Used by one thread. */
final class Coverage {
    private final Map<ApiKeys, TreeSet<Short>> versions = new EnumMap<>(ApiKeys.class);
    private int steps;

    void add(Transcript transcript) {
        for (Transcript.Entry entry : transcript.entries()) {
            steps++;
            if (entry.key() != null) {
                versions.computeIfAbsent(entry.key(), key -> new TreeSet<>()).add(entry.version());
            }
        }
    }

    /** The versions of an API that no step used. */
    List<Short> missing(ApiKeys key) {
        TreeSet<Short> seen = versions.getOrDefault(key, new TreeSet<>());
        return Session.versions(key).stream()
                .filter(version -> !seen.contains(version))
                .toList();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(steps).append(" steps");
        versions.forEach((key, seen) ->
                text.append(System.lineSeparator()).append(key.name).append(' ').append(seen));
        return text.toString();
    }
}
