package io.polestar.broker.share;

import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.share.persister.Persister;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The share partitions that are in use. Safe for use from any thread. */
public final class SharePartitions {
    private static final Logger log = LoggerFactory.getLogger(SharePartitions.class);

    private final Map<SharePartitionKey, SharePartition> inUse = new ConcurrentHashMap<>();
    private final Partitions partitions;
    private final Persister persister;
    private final SharePartition.Context context;

    /**
     * @param timer takes back records of members whose time is over
     * @param listener is told of what groups give up
     */
    public SharePartitions(
            Partitions partitions,
            Persister persister,
            ShareSettings settings,
            ScheduledExecutorService timer,
            ShareListener listener,
            Time time) {
        this.partitions = partitions;
        this.persister = persister;
        this.context = new SharePartition.Context(settings, timer, listener, time::milliseconds);
    }

    ShareSettings settings() {
        return context.settings();
    }

    ScheduledExecutorService timer() {
        return context.timer();
    }

    /**
     * The partition as the group sees it; its state is being loaded.
     *
     * @throws NotLeaderOrFollowerException if another broker leads it
     * @throws UnknownTopicOrPartitionException if there is none
     */
    SharePartition get(String groupId, TopicIdPartition partition) {
        SharePartitionKey key = new SharePartitionKey(groupId, partition);
        SharePartition known = inUse.get(key);
        return known == null ? inUse.computeIfAbsent(key, this::open) : known;
    }

    private SharePartition open(SharePartitionKey key) {
        TopicIdPartition id = key.topicIdPartition();
        Partition partition = partitions.leader(id.topicPartition());
        if (!partition.topicId().equals(id.topicId())) {
            throw new UnknownTopicOrPartitionException("The topic has another id");
        }
        ShareStateStore store = new ShareStateStore(persister, key, partition.leaderEpoch());
        SharePartition opened = new SharePartition(key, partition, store, context);
        partition.addListener(new Leadership(key, opened));
        return opened;
    }

    /** Ends the use of a share partition with the leadership of its partition. */
    private final class Leadership implements Partition.HighWatermarkListener {
        private final SharePartitionKey key;
        private final SharePartition opened;

        Leadership(SharePartitionKey key, SharePartition opened) {
            this.key = key;
            this.opened = opened;
        }

        @Override
        public void onHighWatermark(TopicPartition topicPartition, long highWatermark) {
            if (opened.isFenced()) {
                opened.partition().removeListener(this);
            }
        }

        @Override
        public void onClosed(TopicPartition topicPartition) {
            drop(key, opened);
        }
    }

    /** What could not be loaded or is stale is loaded anew by the next fetch. */
    void drop(SharePartitionKey key, SharePartition opened) {
        inUse.remove(key, opened);
        opened.fence();
    }

    /**
     * Takes note of what a member says of records.
     *
     * @return for each partition NONE when it is persisted, or what the member is told; never fails
     */
    public CompletableFuture<Map<TopicIdPartition, Errors>> acknowledge(
            String groupId, String member, Map<TopicIdPartition, List<Acknowledgement>> all) {
        Map<TopicIdPartition, CompletableFuture<Errors>> each = new LinkedHashMap<>();
        all.forEach((partition, acknowledgements) -> {
            SharePartitionKey key = new SharePartitionKey(groupId, partition);
            SharePartition opened = inUse.get(key);
            each.put(
                    partition,
                    opened == null
                            ? CompletableFuture.completedFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION)
                            : outcome(key, opened, opened.acknowledge(member, acknowledgements)));
        });
        return CompletableFuture.allOf(each.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(none -> {
                    Map<TopicIdPartition, Errors> results = new HashMap<>();
                    each.forEach((partition, future) -> results.put(partition, future.join()));
                    return results;
                });
    }

    private CompletableFuture<Errors> outcome(
            SharePartitionKey key, SharePartition opened, CompletableFuture<Void> done) {
        return done.handle((none, failure) -> {
            if (failure == null) {
                return Errors.NONE;
            }
            Throwable cause = cause(failure);
            dropIfStale(key, opened, cause);
            return Errors.forException(cause);
        });
    }

    private void dropIfStale(SharePartitionKey key, SharePartition opened, Throwable cause) {
        if (cause instanceof NotLeaderOrFollowerException
                || cause instanceof GroupIdNotFoundException
                || cause instanceof UnknownTopicOrPartitionException) {
            log.info(
                    "partition={} group={} event=share_partition_stale reason=\"{}\"",
                    key.topicIdPartition().topicPartition(),
                    key.groupId(),
                    cause.getMessage());
            drop(key, opened);
        }
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Takes back what a member was not sent in the end. */
    void undeliver(String groupId, String member, Map<TopicIdPartition, PartitionData> found) {
        found.forEach((partition, data) -> {
            SharePartition opened = inUse.get(new SharePartitionKey(groupId, partition));
            if (opened != null && !data.acquiredRecords().isEmpty()) {
                opened.undeliver(member, data.acquiredRecords());
            }
        });
    }

    /** Takes back what a member holds of the partitions. */
    void release(String groupId, String member, List<TopicIdPartition> all) {
        for (TopicIdPartition partition : all) {
            SharePartitionKey key = new SharePartitionKey(groupId, partition);
            SharePartition opened = inUse.get(key);
            if (opened != null && opened.isLoaded()) {
                outcome(key, opened, opened.release(member));
            }
        }
    }

    /** Nobody of the group is connected any more. */
    void forget(String groupId) {
        for (Map.Entry<SharePartitionKey, SharePartition> each : new ArrayList<>(inUse.entrySet())) {
            if (each.getKey().groupId().equals(groupId)) {
                drop(each.getKey(), each.getValue());
            }
        }
    }
}
