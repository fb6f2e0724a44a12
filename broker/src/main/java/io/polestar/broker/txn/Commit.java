package io.polestar.broker.txn;

import io.polestar.broker.topic.CommitWait;
import io.polestar.broker.topic.Partition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.errors.ApiException;

/** A batch that a coordinator appended, until it is committed. Used by one thread at a time. */
final class Commit implements CommitWait.Batch {
    private final Partition partition;
    private final long nextOffset;
    private volatile ApiException refusal;

    Commit(Partition partition, long nextOffset) {
        this.partition = partition;
        this.nextOffset = nextOffset;
    }

    /** Completes at once where the batch is committed already, otherwise on the given executor. */
    CompletableFuture<Void> whenDone(int timeoutMs, ScheduledExecutorService executor) {
        if (partition.highWatermark() >= nextOffset) {
            return CompletableFuture.completedFuture(null);
        }
        return CommitWait.forAll(List.of(this), timeoutMs, executor)
                .thenAcceptAsync(none -> requireNotRefused(), executor);
    }

    private void requireNotRefused() {
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public Partition partition() {
        return partition;
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public void refuse(ApiException reason) {
        refusal = reason;
    }
}
