package io.polestar.broker.share;

import io.polestar.broker.topic.OffsetRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotValue;
import org.apache.kafka.coordinator.share.generated.ShareUpdateKey;
import org.apache.kafka.coordinator.share.generated.ShareUpdateValue;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.share.fetch.RecordState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log of the share groups' states along with their coordinator: what it loads and what it writes is told to a {@link
 * ShareListener}. Each partition of the log is one thread's at a time.
 */
final class ShareStateLog {
    private static final Logger log = LoggerFactory.getLogger(ShareStateLog.class);

    /** What was told last of a share partition. */
    private record Known(TopicPartition topicPartition, int stateEpoch) {}

    private final ShareCoordinatorRecordSerde serde = new ShareCoordinatorRecordSerde();
    private final Map<SharePartitionKey, Known> known = new ConcurrentHashMap<>();
    private final Supplier<MetadataImage> image;
    private final ShareListener listener;

    ShareStateLog(Supplier<MetadataImage> image, ShareListener listener) {
        this.image = image;
        this.listener = listener;
    }

    /** The coordinator of a partition has written; it does not learn of a failure here. */
    void written(TopicPartition partition, MemoryRecords records) {
        for (Record record : records.records()) {
            apply(partition, serde.deserialize(record.key(), record.value()), false);
        }
    }

    private void apply(TopicPartition partition, CoordinatorRecord record, boolean loaded) {
        try {
            Object value = record.value() == null ? null : record.value().message();
            if (record.key() instanceof ShareSnapshotKey key) {
                apply(key(key.groupId(), key.topicId(), key.partition()), (ShareSnapshotValue) value, loaded);
            } else if (record.key() instanceof ShareUpdateKey key && value instanceof ShareUpdateValue update) {
                SharePartitionKey of = key(key.groupId(), key.topicId(), key.partition());
                tell(of, update.startOffset(), doneOf(update), false, loaded);
            }
        } catch (RuntimeException e) {
            log.error("partition={} event=share_state_unreadable", partition, e);
        }
    }

    private static SharePartitionKey key(String group, Uuid topicId, int partition) {
        return SharePartitionKey.getInstance(group, topicId, partition);
    }

    private void apply(SharePartitionKey key, ShareSnapshotValue value, boolean loaded) {
        if (value == null) {
            Known gone = known.remove(key);
            if (gone != null) {
                listener.onForgotten(key.groupId(), gone.topicPartition);
            }
            return;
        }
        Known before = known.get(key);
        boolean reset = before != null && value.stateEpoch() > before.stateEpoch;
        nameOf(key).ifPresent(name -> known.put(key, new Known(name, value.stateEpoch())));
        tell(key, value.startOffset(), doneOf(value), reset, loaded);
    }

    /** Empty if the topic was deleted. */
    private Optional<TopicPartition> nameOf(SharePartitionKey key) {
        TopicImage topic = image.get().topics().getTopic(key.topicId());
        return Optional.ofNullable(topic).map(found -> new TopicPartition(found.name(), key.partition()));
    }

    private void tell(SharePartitionKey key, long start, List<OffsetRange> done, boolean reset, boolean loaded) {
        Known of = known.get(key);
        if (of != null && start >= 0) {
            listener.onState(new ShareListener.State(key.groupId(), of.topicPartition, start, done, reset, loaded));
        }
    }

    private static List<OffsetRange> doneOf(ShareSnapshotValue value) {
        List<OffsetRange> done = new ArrayList<>();
        for (ShareSnapshotValue.StateBatch batch : value.stateBatches()) {
            addIfDone(done, batch.deliveryState(), batch.firstOffset(), batch.lastOffset());
        }
        return done;
    }

    private static List<OffsetRange> doneOf(ShareUpdateValue value) {
        List<OffsetRange> done = new ArrayList<>();
        for (ShareUpdateValue.StateBatch batch : value.stateBatches()) {
            addIfDone(done, batch.deliveryState(), batch.firstOffset(), batch.lastOffset());
        }
        return done;
    }

    private static void addIfDone(List<OffsetRange> done, byte state, long first, long last) {
        if (state == RecordState.ACKNOWLEDGED.id() || state == RecordState.ARCHIVED.id()) {
            done.add(new OffsetRange(first, last + 1));
        }
    }

    /** The loader, listened to. */
    CoordinatorLoader<CoordinatorRecord> listeningTo(CoordinatorLoader<CoordinatorRecord> loader) {
        return new CoordinatorLoader<>() {
            @Override
            public CompletableFuture<LoadSummary> load(
                    TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
                return loader.load(partition, new Loaded(partition, playback));
            }

            @Override
            public void close() throws Exception {
                loader.close();
            }
        };
    }

    /** One partition's records on their way to its coordinator. */
    private final class Loaded implements CoordinatorPlayback<CoordinatorRecord> {
        private final TopicPartition partition;
        private final CoordinatorPlayback<CoordinatorRecord> target;

        Loaded(TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> target) {
            this.partition = partition;
            this.target = target;
        }

        @Override
        public void replay(long offset, long producerId, short producerEpoch, CoordinatorRecord record) {
            target.replay(offset, producerId, producerEpoch, record);
            apply(partition, record, true);
        }

        @Override
        public void replayEndTransactionMarker(long producerId, short producerEpoch, TransactionResult result) {
            target.replayEndTransactionMarker(producerId, producerEpoch, result);
        }

        @Override
        public void updateLastWrittenOffset(long offset) {
            target.updateLastWrittenOffset(offset);
        }

        @Override
        public void updateLastCommittedOffset(long offset) {
            target.updateLastCommittedOffset(offset);
        }
    }
}
