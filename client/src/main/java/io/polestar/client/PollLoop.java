package io.polestar.client;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches for a consumer and gives to its lanes, also while handlers are slow: then it polls without fetching, so that the
 * group does not take it for dead. The one thread that uses the Kafka consumer.
 */
final class PollLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(PollLoop.class);
    private static final Duration POLL = Duration.ofMillis(50);
    /** Nothing wakes a poll when a worker has made room. */
    private static final Duration POLL_WHEN_PAUSED = Duration.ofMillis(5);

    private static final long LAG_EVERY_NS = 250_000_000;

    private final ConsumerParts parts;
    private final Consumer<byte[], byte[]> consumer;
    private final Assignments assignments;
    private final Set<String> oldTopics = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    private final java.util.function.Consumer<Set<String>> topicListener = this::onTopics;

    private volatile boolean stopping;
    private volatile boolean pauseAsked;
    private volatile long lag;
    private volatile Set<String> topics;
    private volatile boolean topicsChanged;
    private Set<String> selected = Set.of();
    private boolean paused;
    private String pausedFor = "";
    private long committedAtNs = System.nanoTime();
    private long lagAtNs;
    private long arrivals;

    PollLoop(ConsumerParts parts, Consumer<byte[], byte[]> consumer) {
        this.parts = parts;
        this.consumer = consumer;
        this.assignments = new Assignments(
                consumer,
                new Assignments.Start(
                        parts.start(),
                        oldTopics,
                        !parts.config().replay(),
                        parts.config().stopAtEnd()),
                parts.config().drainTimeout(),
                parts.lanes()::forgetRevoked,
                parts.tracked(),
                parts.listener());
    }

    /** Hears, on the hub's thread, which topics there are. */
    java.util.function.Consumer<Set<String>> topicListener() {
        return topicListener;
    }

    private synchronized void onTopics(Set<String> all) {
        if (topics == null) {
            oldTopics.addAll(all);
        }
        topics = Set.copyOf(all);
        topicsChanged = true;
        oldTopics.retainAll(all);
        notifyAll();
    }

    /** What it subscribes to has changed; topics that are there now are old to it. */
    synchronized void onSelection() {
        if (topics != null) {
            oldTopics.addAll(topics);
            topicsChanged = true;
            notifyAll();
        }
    }

    @Override
    public void run() {
        try {
            boolean done = false;
            while (!stopping && !done) {
                done = turnOrTryAgain();
            }
            assignments.revokeAll();
            finished.complete(null);
        } catch (Throwable e) {
            fail(e);
        } finally {
            ready.complete(null);
            closeQuietly();
        }
    }

    private void fail(Throwable cause) {
        log.error("event=consumer_failed consumer={}", parts.config().name(), cause);
        parts.listener().onFailed(cause);
        try {
            assignments.revokeAll();
        } catch (RuntimeException e) {
            log.warn("event=revoke_failed consumer={}", parts.config().name(), e);
        }
        ready.completeExceptionally(cause);
        finished.completeExceptionally(cause);
    }

    private void closeQuietly() {
        try {
            consumer.close();
        } catch (RuntimeException e) {
            log.warn("event=close_failed consumer={}", parts.config().name(), e);
        }
    }

    /** @return whether there is nothing more to do */
    private boolean turnOrTryAgain() throws InterruptedException {
        try {
            turn();
            return isDone();
        } catch (RetriableException e) {
            log.warn(
                    "event=turn_failed consumer={} consequence=\"tried again\"",
                    parts.config().name(),
                    e);
            return false;
        }
    }

    private boolean isDone() {
        return parts.config().stopAtEnd() && ready.isDone() && (selected.isEmpty() || assignments.isAtEnd());
    }

    private void turn() throws InterruptedException {
        if (topicsChanged) {
            followTopics();
        }
        if (selected.isEmpty()) {
            awaitTopics();
            return;
        }
        adjustPause();
        give(consumer.poll(paused ? POLL_WHEN_PAUSED : POLL));
        long nowNs = System.nanoTime();
        if (nowNs - committedAtNs >= parts.config().commitInterval().toNanos()) {
            committedAtNs = nowNs;
            assignments.commit();
        }
        if (nowNs - lagAtNs >= LAG_EVERY_NS) {
            lagAtNs = nowNs;
            measureLag();
        }
        if (!assignments.partitions().isEmpty()) {
            ready.complete(null);
        }
    }

    private synchronized void awaitTopics() throws InterruptedException {
        while (!topicsChanged && !stopping && !isDone()) {
            wait();
        }
    }

    private void followTopics() {
        topicsChanged = false;
        Set<String> now = parts.selection().of(topics);
        boolean same = now.equals(selected);
        selected = now;
        if (parts.config().replay()) {
            assignAllOrLater();
        } else if (!same && now.isEmpty()) {
            consumer.unsubscribe();
        } else if (!same) {
            consumer.subscribe(now, assignments);
        }
        if (now.isEmpty()) {
            ready.complete(null);
        }
    }

    private void assignAllOrLater() {
        try {
            assignAll();
        } catch (RetriableException e) {
            topicsChanged = true;
            throw e;
        }
    }

    /** Outside a group: every partition of every topic is this consumer's. */
    private void assignAll() {
        Map<String, List<PartitionInfo>> known = selected.isEmpty() ? Map.of() : consumer.listTopics();
        Set<TopicPartition> all = new HashSet<>();
        for (String topic : selected) {
            for (PartitionInfo partition : known.getOrDefault(topic, List.of())) {
                all.add(new TopicPartition(topic, partition.partition()));
            }
        }
        Set<TopicPartition> gone = new HashSet<>(assignments.partitions());
        gone.removeAll(all);
        all.removeAll(assignments.partitions());
        if (all.isEmpty() && gone.isEmpty()) {
            return;
        }
        Set<TopicPartition> together = new HashSet<>(assignments.partitions());
        together.addAll(all);
        together.removeAll(gone);
        assignments.onPartitionsRevoked(gone);
        consumer.assign(together);
        assignments.onPartitionsAssigned(all);
    }

    private void adjustPause() {
        String reason = pauseAsked ? "pause was called" : parts.isCircuitOpen() ? "the circuit is open" : "";
        if (!reason.equals(pausedFor)) {
            pausedFor = reason;
            if (reason.isEmpty()) {
                parts.listener().onResumed();
            } else {
                parts.listener().onPaused(reason);
            }
        }
        boolean pause = !reason.isEmpty() || parts.lanes().isFullFor(KafkaProperties.maxPollRecords(parts.config()));
        if (assignments.takeChanged() || pause != paused) {
            paused = pause;
            if (pause) {
                consumer.pause(consumer.assignment());
            } else {
                consumer.resume(consumer.paused());
            }
        }
    }

    private void give(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> consumed : records) {
            PartitionProgress progress = assignments.of(new TopicPartition(consumed.topic(), consumed.partition()));
            if (progress == null) {
                continue;
            }
            Message message = Message.of(consumed);
            parts.tracked().ifPresent(tracked -> tracked.observe(message));
            Work work = new Work(message, progress, progress.giveOut(message.offset()), arrivals++);
            Optional<Work> dropped = parts.lanes().add(work, parts.config().name());
            dropped.ifPresent(this::drop);
        }
    }

    private void drop(Work dropped) {
        dropped.done();
        parts.meters().dropped();
        parts.listener().onDropped(dropped.message());
    }

    private void measureLag() {
        long records = parts.counts().unfinished().get();
        for (TopicPartition partition : consumer.assignment()) {
            records += consumer.currentLag(partition).orElse(0);
        }
        lag = records;
    }

    void pause(boolean yes) {
        pauseAsked = yes;
    }

    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    long lag() {
        return lag;
    }

    /** Completes when it has its first partitions, or there are no topics for it. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    CompletableFuture<Void> finished() {
        return finished;
    }
}
