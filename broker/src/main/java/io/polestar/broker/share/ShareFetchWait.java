package io.polestar.broker.share;

import io.polestar.broker.topic.Partition;
import io.polestar.protocol.MappedRecords;
import io.polestar.storage.LogSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.server.share.SharePartitionKey;

/**
 * A share fetch, until records could be given to its member, a partition failed, or its time is over. Appends and released
 * records wake it; it is completed once, on the thread that does so. Guarded by its own monitor.
 */
final class ShareFetchWait implements Partition.HighWatermarkListener, Runnable {
    private final CompletableFuture<Map<TopicIdPartition, PartitionData>> answer = new CompletableFuture<>();
    private final Map<TopicIdPartition, PartitionData> answers = new LinkedHashMap<>();
    private final Map<TopicIdPartition, SharePartition> watched = new LinkedHashMap<>();
    private final ShareFetchQuery query;
    private final SharePartitions all;
    private final IsolationLevel isolation;
    private final Set<ShareFetchWait> waiting;
    private final List<TopicIdPartition> failed = new ArrayList<>();
    private String connectionId;
    private Future<?> deadline;
    private boolean done;

    /** What was read of a partition and not given to anybody yet. */
    private record Found(TopicIdPartition partition, SharePartition opened, long offset, LogSlice slice) {}

    /** @param waiting the set to leave when it is over */
    ShareFetchWait(ShareFetchQuery query, SharePartitions all, Set<ShareFetchWait> waiting) {
        this.query = query;
        this.all = all;
        this.isolation = all.settings().isolation(query.groupId());
        this.waiting = waiting;
    }

    CompletableFuture<Map<TopicIdPartition, PartitionData>> begin(String connection) {
        open(); // nobody else knows of it yet
        attempt(query.maxWaitMs() <= 0);
        synchronized (this) {
            if (done) {
                return answer;
            }
            connectionId = connection;
            waiting.add(this);
            deadline = all.timer().schedule(() -> attempt(true), query.maxWaitMs(), TimeUnit.MILLISECONDS);
        }
        listen();
        return answer;
    }

    private void open() {
        for (TopicIdPartition partition : query.partitions()) {
            try {
                SharePartition opened = all.get(query.groupId(), partition);
                opened.load();
                watched.put(partition, opened);
            } catch (RuntimeException e) {
                fail(partition, e);
            }
        }
    }

    private void fail(TopicIdPartition partition, Throwable failure) {
        Errors error = Errors.forException(SharePartitions.cause(failure));
        answers.put(
                partition,
                new PartitionData()
                        .setPartitionIndex(partition.partition())
                        .setErrorCode(error.code())
                        .setErrorMessage(SharePartitions.cause(failure).getMessage())
                        .setRecords(MemoryRecords.EMPTY));
    }

    /** What happened between the first attempt and this is not missed. */
    private void listen() {
        for (SharePartition opened : watched.values()) {
            opened.addWaiting(this);
            opened.partition().addListener(this);
        }
        if (isDone()) {
            leave(); // who answered meanwhile did not know what it listens to
        } else {
            attempt(false);
        }
    }

    private synchronized boolean isDone() {
        return done;
    }

    @Override
    public void run() {
        attempt(false);
    }

    @Override
    public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
        attempt(false);
    }

    @Override
    public void onClosed(TopicPartition topicPartition) {
        attempt(true);
    }

    void cancelIfOf(String connection) {
        synchronized (this) {
            if (done || !connection.equals(connectionId)) {
                return;
            }
            done = true;
        }
        leave();
        answer.completeExceptionally(new CancellationException("The connection is closed"));
    }

    private void attempt(boolean answerNow) {
        synchronized (this) {
            if (done) {
                return;
            }
            if (query.maxRecords() > 0 && query.maxBytes() > 0) {
                collect(answerNow);
            }
            if (!answerNow && answers.isEmpty()) {
                return;
            }
            done = true;
        }
        leave();
        // Outside the monitor, as it wakes others.
        failed.forEach(
                partition -> all.drop(new SharePartitionKey(query.groupId(), partition), watched.get(partition)));
        answer.complete(answers);
    }

    private void collect(boolean whateverThereIs) {
        List<Found> found = new ArrayList<>();
        int bytes = 0;
        for (Map.Entry<TopicIdPartition, SharePartition> each : watched.entrySet()) {
            bytes += read(each.getKey(), each.getValue(), query.maxBytes() - bytes, found);
        }
        boolean enough = whateverThereIs || bytes >= query.minBytes() || !answers.isEmpty();
        int left = query.maxRecords();
        for (Found each : found) {
            if (enough && left > 0) {
                left -= give(each, left);
            } else {
                each.slice().release();
            }
        }
    }

    /** @return bytes that were found */
    private int read(TopicIdPartition partition, SharePartition opened, int maxBytes, List<Found> found) {
        if (answers.containsKey(partition) || maxBytes <= 0) {
            return 0;
        }
        try {
            if (!opened.load().isDone()) {
                return 0;
            }
            opened.load().join();
            long offset = opened.fetchOffset();
            if (offset < 0) {
                return 0;
            }
            opened.partition().requireLeader(OptionalInt.empty());
            LogSlice slice = opened.partition().read(offset, maxBytes, found.isEmpty(), isolation);
            if (slice.sizeInBytes() == 0) {
                slice.release();
                return 0;
            }
            found.add(new Found(partition, opened, offset, slice));
            return slice.sizeInBytes();
        } catch (OffsetOutOfRangeException e) {
            opened.startAt(opened.partition().logStartOffset());
            return 0;
        } catch (RuntimeException e) {
            failed.add(partition);
            fail(partition, e);
            return 0;
        }
    }

    /** @return how many offsets the member got */
    private int give(Found found, int maxRecords) {
        boolean kept = false;
        try {
            Spans spans = Spans.of(found.slice(), aborted(found));
            List<AcquiredRecords> acquired = found.opened().acquire(query, maxRecords, found.offset(), spans);
            if (acquired.isEmpty()) {
                return 0;
            }
            answers.put(
                    found.partition(),
                    new PartitionData()
                            .setPartitionIndex(found.partition().partition())
                            .setAcquiredRecords(acquired)
                            .setRecords(AcquiredBatches.of(found.slice(), acquired)));
            kept = true;
            return acquired.stream()
                    .mapToInt(range -> (int) (range.lastOffset() - range.firstOffset() + 1))
                    .sum();
        } catch (RuntimeException e) {
            fail(found.partition(), e);
            return 0;
        } finally {
            if (!kept) {
                found.slice().release();
            }
        }
    }

    private List<AbortedTransaction> aborted(Found found) {
        return isolation == IsolationLevel.READ_COMMITTED
                ? found.opened()
                        .partition()
                        .abortedTransactions(found.offset(), found.slice().nextOffset())
                : List.of();
    }

    private void leave() {
        synchronized (this) {
            if (deadline != null) {
                deadline.cancel(false);
            }
        }
        waiting.remove(this);
        for (SharePartition opened : watched.values()) {
            opened.removeWaiting(this);
            opened.partition().removeListener(this);
        }
    }

    /** Gives up what was found for a member that is not there to take it. */
    static void discard(Map<TopicIdPartition, PartitionData> found) {
        for (PartitionData data : found.values()) {
            if (data.records() instanceof MappedRecords records) {
                records.release();
            }
        }
    }
}
