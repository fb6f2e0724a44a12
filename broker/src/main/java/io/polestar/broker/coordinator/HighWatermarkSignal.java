package io.polestar.broker.coordinator;

import io.polestar.broker.topic.Partition;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Lets one thread wait until a partition's high watermark moves. Told by the appending threads. */
final class HighWatermarkSignal implements Partition.HighWatermarkListener {
    /** How long a wait lasts at most, so that the waiting thread can see that it was cancelled. */
    private static final long MAX_WAIT_MS = 100;

    private final Semaphore moves = new Semaphore(0);
    private volatile boolean closed;

    boolean isClosed() {
        return closed;
    }

    void awaitMove() {
        try {
            if (moves.tryAcquire(MAX_WAIT_MS, TimeUnit.MILLISECONDS)) {
                moves.drainPermits();
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
        moves.release();
    }

    @Override
    public void onClosed(TopicPartition topicPartition) {
        closed = true;
        moves.release();
    }
}
