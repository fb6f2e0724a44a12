package io.polestar.ops.cli.record;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** The end offset of each partition as it was when the partition was first seen assigned. One thread's. */
final class Ends {
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /** Whether every assigned partition was read up to there; false as long as none is assigned. */
    boolean reached(Consumer<?, ?> consumer) {
        Set<TopicPartition> assigned = consumer.assignment();
        Set<TopicPartition> unseen =
                assigned.stream().filter(p -> !ends.containsKey(p)).collect(Collectors.toSet());
        if (!unseen.isEmpty()) {
            ends.putAll(consumer.endOffsets(unseen));
        }
        return !assigned.isEmpty() && assigned.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
    }
}
