package io.polestar.ops.differential;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ApiKeys;

/** Which APIs were talked about, in which versions, and how often. Used by one thread. */
final class Coverage {
    private final Map<ApiKeys, TreeMap<Short, Integer>> steps = new EnumMap<>(ApiKeys.class);
    private int others;

    void add(Transcript transcript) {
        for (Transcript.Entry entry : transcript.entries()) {
            if (entry.key() == null) {
                others++;
            } else {
                steps.computeIfAbsent(entry.key(), key -> new TreeMap<>()).merge(entry.version(), 1, Integer::sum);
            }
        }
    }

    /** The versions of an API that no step used. */
    List<Short> missing(ApiKeys key) {
        TreeMap<Short, Integer> seen = steps.getOrDefault(key, new TreeMap<>());
        return Session.versions(key).stream()
                .filter(version -> !seen.containsKey(version))
                .toList();
    }

    @Override
    public String toString() {
        int all = others
                + steps.values().stream()
                        .flatMap(versions -> versions.values().stream())
                        .mapToInt(Integer::intValue)
                        .sum();
        return steps.entrySet().stream()
                .map(api -> api.getKey().name + " "
                        + api.getValue().entrySet().stream()
                                .map(version -> "v" + version.getKey() + ": " + version.getValue())
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.joining(
                        System.lineSeparator(),
                        all + " steps; of each API, version: steps" + System.lineSeparator(),
                        System.lineSeparator() + "bytes that are no request: " + others));
    }
}
