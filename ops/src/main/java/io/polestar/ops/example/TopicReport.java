package io.polestar.ops.example;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What became of one topic's observations.
 *
 * @param produced acknowledged by the broker
 * @param stored between the log's first and end offset
 * @param replayed read again from offset 0
 * @param missing published, and not among the replayed
 * @param doubled replayed more than once
 * @param outOfOrder replayed after one that was published later
 */
record TopicReport(
        String topic, long produced, long stored, long replayed, long missing, long doubled, long outOfOrder) {

    /** Compares what was published with what was replayed, both in their order. */
    static TopicReport of(
            String topic, long produced, long stored, List<Observation> published, List<Observation> replayed) {
        Set<Observation> seen = new HashSet<>(replayed);
        long missing = published.stream().filter(one -> !seen.contains(one)).count();
        List<Integer> places = new ArrayList<>();
        replayed.forEach(one -> places.add(published.indexOf(one)));
        long outOfOrder = 0;
        for (int i = 1; i < places.size(); i++) {
            outOfOrder += places.get(i) < places.get(i - 1) ? 1 : 0;
        }
        return new TopicReport(
                topic, produced, stored, replayed.size(), missing, replayed.size() - seen.size(), outOfOrder);
    }

    /** Whether every observation came back once and in order, and nothing else did. */
    boolean isPerfect() {
        return missing == 0 && doubled == 0 && outOfOrder == 0 && produced == stored && stored == replayed;
    }

    @Override
    public String toString() {
        return "%-32s produced %d  stored %d  replayed %d  missing %d  doubled %d  out of order %d"
                .formatted(topic, produced, stored, replayed, missing, doubled, outOfOrder);
    }
}
