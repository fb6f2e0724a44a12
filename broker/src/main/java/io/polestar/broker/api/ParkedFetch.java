package io.polestar.broker.api;

import io.polestar.broker.quota.Charge;
import io.polestar.broker.topic.Partition;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.server.FetchContext;

/**
 * A fetch that found too little and waits on its partitions. The append that satisfies it, the loss of a partition, or
 * its time completes it, once, on the thread that does so. Guarded by its own monitor.
 */
final class ParkedFetch implements Partition.HighWatermarkListener {
    private final CompletableFuture<AbstractResponse> answer = new CompletableFuture<>();
    private final FetchReader reader;
    private final int minBytes;
    private final FetchContext session;
    private final Map<TopicIdPartition, PartitionData> refused;
    private final Charge charge;
    private final Set<ParkedFetch> parked;

    /** Bytes that each partition had when it was looked at last, so that an append costs a look at its own alone. */
    private final Map<TopicPartition, Integer> sizes = new HashMap<>();

    private int bytes;
    private String connectionId;
    private Future<?> deadline;
    private boolean done;

    /** @param parked the set to leave when it is over */
    ParkedFetch(
            FetchReader reader,
            int minBytes,
            FetchContext session,
            Map<TopicIdPartition, PartitionData> refused,
            Charge charge,
            Set<ParkedFetch> parked) {
        this.reader = reader;
        this.minBytes = minBytes;
        this.session = session;
        this.refused = refused;
        this.charge = charge;
        this.parked = parked;
    }

    CompletableFuture<AbstractResponse> answer() {
        return answer;
    }

    /** Begins to wait; what was appended between the first reading and this is not missed. */
    void await(String connection, ScheduledExecutorService timer, int maxWaitMs) {
        synchronized (this) {
            connectionId = connection;
            deadline = timer.schedule(() -> wake(true), maxWaitMs, TimeUnit.MILLISECONDS);
        }
        reader.wanted().forEach(each -> listenTo(each.partition().topicPartition()));
        if (isDone()) {
            leave(); // who answered meanwhile knew nothing of the partitions that came after
        } else {
            wake(false);
        }
    }

    private synchronized boolean isDone() {
        return done;
    }

    private void listenTo(TopicPartition topicPartition) {
        reader.partitions().find(topicPartition).ifPresent(partition -> partition.addListener(this));
    }

    @Override
    public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
        if (mayBeEnough(topicPartition)) {
            wake(false);
        }
    }

    private synchronized boolean mayBeEnough(TopicPartition topicPartition) {
        if (done) {
            return false;
        }
        if (reader.wanted().size() == 1) {
            return true;
        }
        FetchRound alone = reader.readAlone(topicPartition);
        alone.eachSize(this::count);
        boolean enough = bytes >= minBytes || alone.satisfies(minBytes);
        alone.release();
        return enough;
    }

    private void count(TopicPartition topicPartition, int size) {
        Integer before = sizes.put(topicPartition, size);
        bytes += size - (before == null ? 0 : before);
    }

    @Override
    public void onClosed(TopicPartition topicPartition) {
        wake(true);
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

    private void wake(boolean answerNow) {
        FetchRound round;
        synchronized (this) {
            if (done) {
                return;
            }
            round = reader.read();
            if (!answerNow && !round.satisfies(minBytes)) {
                round.eachSize(this::count);
                round.release();
                return;
            }
            done = true;
        }
        leave();
        try {
            answer.complete(round.answer(session, refused, charge, reader.version()));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private void leave() {
        deadline.cancel(false);
        parked.remove(this);
        reader.wanted()
                .forEach(each -> reader.partitions()
                        .find(each.partition().topicPartition())
                        .ifPresent(partition -> partition.removeListener(this)));
    }
}
