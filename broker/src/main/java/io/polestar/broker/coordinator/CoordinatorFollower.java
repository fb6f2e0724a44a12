package io.polestar.broker.coordinator;

import java.util.function.IntSupplier;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a coordinator with the first metadata, starts and stops its shards with this broker's leadership of the partitions
 * of its topic, and passes metadata on to it. Runs on the metadata loader's thread.
 */
public abstract class CoordinatorFollower implements MetadataPublisher, CoordinatorTopic.Shards {
    private static final Logger log = LoggerFactory.getLogger(CoordinatorFollower.class);

    private final CoordinatorTopic topic;
    private final Runnable afterUpdate;
    private volatile boolean started;
    private volatile boolean closed;

    /**
     * @param defaultPartitions how many partitions the topic will have once it is created
     * @param afterUpdate called after each update
     */
    protected CoordinatorFollower(String topicName, int brokerId, int defaultPartitions, Runnable afterUpdate) {
        this.topic = new CoordinatorTopic(topicName, brokerId, defaultPartitions, this);
        this.afterUpdate = afterUpdate;
    }

    /** @param partitionCount of the topic, as the metadata says that came first */
    protected abstract void startUp(IntSupplier partitionCount);

    /** What has to be known before shards start and stop. */
    protected void beforeLeadership(MetadataDelta delta) {}

    /** Called when the shards follow the new leadership. */
    protected abstract void afterLeadership(MetadataDelta delta, MetadataImage image);

    @Override
    public final void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        if (closed) {
            return;
        }
        if (!started) {
            started = true;
            startUp(() -> topic.partitionCount(image));
        }
        step("leadership", () -> {
            beforeLeadership(delta);
            topic.follow(delta, image);
        });
        afterLeadership(delta, image);
        afterUpdate.run();
    }

    /** One part that fails must not keep the others from their news. */
    protected final void step(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            if (!closed) {
                log.error("coordinator=\"{}\" event=update_failed part=\"{}\"", name(), what, e);
            }
        }
    }

    public final boolean hasStarted() {
        return started;
    }

    @Override
    public final void close() {
        closed = true;
    }
}
