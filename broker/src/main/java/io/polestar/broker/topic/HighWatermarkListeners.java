package io.polestar.broker.topic;

import io.polestar.broker.topic.Partition.HighWatermarkListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who waits for one partition's high watermark. Safe for use from any thread. */
final class HighWatermarkListeners {
    private static final Logger log = LoggerFactory.getLogger(HighWatermarkListeners.class);

    private final Set<HighWatermarkListener> listeners = ConcurrentHashMap.newKeySet();
    private final TopicPartition topicPartition;

    HighWatermarkListeners(TopicPartition topicPartition) {
        this.topicPartition = topicPartition;
    }

    void add(HighWatermarkListener listener) {
        listeners.add(listener);
    }

    void remove(HighWatermarkListener listener) {
        listeners.remove(listener);
    }

    void tell(long highWatermark) {
        if (!listeners.isEmpty()) {
            for (HighWatermarkListener listener : listeners) {
                tell(listener, highWatermark);
            }
        }
    }

    /** What was appended stays appended, whatever a listener makes of it. */
    private void tell(HighWatermarkListener listener, long highWatermark) {
        try {
            listener.onHighWatermark(topicPartition, highWatermark);
        } catch (RuntimeException e) {
            log.error("partition={} event=high_watermark_listener_failed", topicPartition, e);
        }
    }

    /** The leadership ended: each is told so and forgotten. */
    void retire() {
        for (HighWatermarkListener listener : listeners) {
            if (listeners.remove(listener)) {
                listener.onClosed(topicPartition);
            }
        }
    }
}
