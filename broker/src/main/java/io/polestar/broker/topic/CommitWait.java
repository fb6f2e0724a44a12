package io.polestar.broker.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A produce with acks=all whose batches are appended, until they are committed: the high watermark is past them, the
 * partition is lost, or the request's time is over. Completed once, on the thread that sees it. Its monitor guards what
 * is open.
 */
public final class CommitWait implements Partition.HighWatermarkListener {

    /** A batch to wait for. */
    public interface Batch {
        Partition partition();

        /** The high watermark at which it is committed. */
        long nextOffset();

        /** It will not be known to be committed. */
        void refuse(ApiException reason);
    }

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final List<Batch> open;

    private CommitWait(List<? extends Batch> batches) {
        this.open = new ArrayList<>(batches);
    }

    /**
     * Completes when each batch is committed or refused.
     *
     * @param timeoutMs after which what is still open is refused with REQUEST_TIMED_OUT
     */
    public static CompletableFuture<Void> forAll(
            List<? extends Batch> batches, int timeoutMs, ScheduledExecutorService timer) {
        return new CommitWait(batches).begin(timeoutMs, timer);
    }

    private CompletableFuture<Void> begin(int timeoutMs, ScheduledExecutorService timer) {
        List<Partition> partitions =
                open.stream().map(Batch::partition).distinct().toList();
        Future<?> deadline = timer.schedule(this::giveUp, timeoutMs, TimeUnit.MILLISECONDS);
        partitions.forEach(partition -> partition.addListener(this));
        CompletableFuture<Void> left = done.thenRun(() -> {
            deadline.cancel(false);
            partitions.forEach(partition -> partition.removeListener(this));
        });
        look(); // what was committed or lost before we listened
        return left;
    }

    @Override
    public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
        look();
    }

    @Override
    public void onClosed(TopicPartition topicPartition) {
        look();
    }

    private void look() {
        boolean all;
        synchronized (this) {
            open.removeIf(CommitWait::isDecided);
            all = open.isEmpty();
        }
        if (all) {
            done.complete(null);
        }
    }

    private static boolean isDecided(Batch batch) {
        if (batch.partition().highWatermark() >= batch.nextOffset()) {
            return true;
        }
        try {
            batch.partition().requireLeader(OptionalInt.empty());
            return false;
        } catch (ApiException e) {
            batch.refuse(e);
            return true;
        }
    }

    private void giveUp() {
        synchronized (this) {
            open.forEach(batch -> batch.refuse(new TimeoutException("The batch is appended, and not yet committed")));
            open.clear();
        }
        done.complete(null);
    }
}
