package io.polestar.broker.group;

import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;

/**
 * Tells positions in a deleted topic from those in the one that took its name. A consumer keeps its position by name, and
 * commits it under the id that it knows by then: the new topic's. Its group would go on there and skip records.
 * Guarded by its own monitor.
 */
public final class RecreatedTopics {

    /** As long as a consumer may take between two polls, and so hold a position, by default twice. */
    static final long REMEMBERED_MS = 600_000;

    private static final int REMEMBERED_TOPICS = 100_000;

    private final Partitions partitions;
    private final LongSupplier clockMs;
    private final Map<String, Long> deletedAtMs = new LinkedHashMap<>();

    RecreatedTopics(Partitions partitions, LongSupplier clockMs) {
        this.partitions = partitions;
        this.clockMs = clockMs;
    }

    synchronized void noteDeleted(TopicsDelta topics) {
        long nowMs = clockMs.getAsLong();
        forgetBefore(nowMs - REMEMBERED_MS);
        for (Uuid id : topics.deletedTopicIds()) {
            TopicImage topic = topics.image().getTopic(id);
            if (topic != null) {
                deletedAtMs.remove(topic.name());
                deletedAtMs.put(topic.name(), nowMs);
            }
        }
    }

    private void forgetBefore(long timeMs) {
        Iterator<Long> oldestFirst = deletedAtMs.values().iterator();
        while (oldestFirst.hasNext() && (oldestFirst.next() < timeMs || deletedAtMs.size() > REMEMBERED_TOPICS)) {
            oldestFirst.remove();
        }
    }

    /** Whether a consumer cannot have come to that offset in the topic that has the name now. */
    public boolean isOlder(TopicPartition topicPartition, long offset) {
        return wasDeleted(topicPartition.topic())
                && partitions
                        .find(topicPartition)
                        .map(Partition::logEndOffset)
                        .filter(end -> offset > end)
                        .isPresent();
    }

    private synchronized boolean wasDeleted(String topic) {
        Long atMs = deletedAtMs.get(topic);
        return atMs != null && atMs >= clockMs.getAsLong() - REMEMBERED_MS;
    }
}
