package io.polestar.broker.hub.view;

import io.polestar.broker.topic.Partition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;

/**
 * A partition that views show. Told of its commits on the threads that make them, it only asks for the writer's turn. Its
 * views are changed by the metadata loader's thread.
 */
final class Source implements Partition.HighWatermarkListener {
    private final SourceId id;
    private final TopicPartition topicPartition;
    private final Partition partition;
    private final ViewWriter writer;
    private final List<ViewPartition> views = new CopyOnWriteArrayList<>();
    private final AtomicBoolean waiting = new AtomicBoolean();

    /** @param partition null if its log is offline until the broker starts anew */
    Source(SourceId id, TopicPartition topicPartition, Partition partition, ViewWriter writer) {
        this.id = id;
        this.topicPartition = topicPartition;
        this.partition = partition;
        this.writer = writer;
    }

    SourceId id() {
        return id;
    }

    TopicPartition topicPartition() {
        return topicPartition;
    }

    Optional<Partition> ifOnline() {
        return Optional.ofNullable(partition);
    }

    /** @throws KafkaStorageException if its log is offline: what it holds is there, and comes back */
    Partition partition() {
        if (partition == null) {
            throw new KafkaStorageException("Partition " + topicPartition + ", which a view shows, is offline");
        }
        return partition;
    }

    List<ViewPartition> views() {
        return views;
    }

    void addView(ViewPartition view) {
        if (!views.contains(view)) {
            views.add(view);
        }
    }

    /** Begins to listen, or goes on after the leadership was lost and came back. */
    void follow() {
        if (partition != null) {
            partition.addListener(this);
            signal();
        }
    }

    void unfollow() {
        if (partition != null) {
            partition.removeListener(this);
        }
    }

    @Override
    public void onHighWatermark(TopicPartition id, long highWatermark) {
        signal();
    }

    /** Who leads it next is told by the metadata. */
    @Override
    public void onClosed(TopicPartition id) {}

    /** There may be something to take. */
    void signal() {
        if (!waiting.get() && waiting.compareAndSet(false, true)) {
            writer.enqueue(this);
        }
    }

    /** The writer's turn begins: what is committed from here on asks for another one. */
    void beginTurn() {
        waiting.set(false);
    }
}
