package io.polestar.broker.group;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the groups' log along with the coordinators: what they load and what they write is told to a {@link GroupListener}.
 * Offsets of a transaction wait for its end. Each partition of the log is one thread's at a time.
 */
final class GroupLog {
    private static final Logger log = LoggerFactory.getLogger(GroupLog.class);
    private static final long NO_PRODUCER = RecordBatch.NO_PRODUCER_ID;

    private static final Set<Short> TYPES = Set.of(
            CoordinatorRecordType.OFFSET_COMMIT.id(),
            CoordinatorRecordType.GROUP_METADATA.id(),
            CoordinatorRecordType.CONSUMER_GROUP_METADATA.id(),
            CoordinatorRecordType.CONSUMER_GROUP_MEMBER_METADATA.id(),
            CoordinatorRecordType.STREAMS_GROUP_MEMBER_METADATA.id());

    private record Commit(String group, TopicPartition topicPartition, long offset) {}

    /** A transaction in one partition of the log. */
    private record Undecided(TopicPartition partition, long producerId) {}

    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final Map<Undecided, List<Commit>> undecided = new ConcurrentHashMap<>();
    private final GroupListener listener;

    GroupLog(GroupListener listener) {
        this.listener = listener;
    }

    /** The coordinator of a partition has written; it does not learn of a failure here. */
    void written(TopicPartition partition, MemoryRecords records) {
        try {
            read(partition, records);
        } catch (RuntimeException e) {
            log.error("partition={} event=group_log_unreadable", partition, e);
        }
    }

    private void read(TopicPartition partition, MemoryRecords records) {
        for (RecordBatch batch : records.batches()) {
            long producerId = batch.isTransactional() ? batch.producerId() : NO_PRODUCER;
            for (Record record : batch) {
                if (batch.isControlBatch()) {
                    end(
                            partition,
                            producerId,
                            ControlRecordType.parse(record.key()) == ControlRecordType.COMMIT,
                            false);
                } else if (isOfInterest(record.key())) {
                    apply(partition, producerId, serde.deserialize(record.key(), record.value()), false);
                }
            }
        }
    }

    private static boolean isOfInterest(ByteBuffer key) {
        return key != null && key.remaining() >= Short.BYTES && TYPES.contains(key.getShort(key.position()));
    }

    private void apply(TopicPartition partition, long producerId, CoordinatorRecord record, boolean loaded) {
        Object value = record.value() == null ? null : record.value().message();
        if (record.key() instanceof OffsetCommitKey key) {
            applyOffset(partition, producerId, key, (OffsetCommitValue) value, loaded);
        } else if (value == null && record.key() instanceof GroupMetadataKey key) {
            listener.onGroupGone(key.group());
        } else if (value == null && record.key() instanceof ConsumerGroupMetadataKey key) {
            listener.onGroupGone(key.groupId());
        } else if (value instanceof GroupMetadataValue members && record.key() instanceof GroupMetadataKey key) {
            members.members().forEach(member -> listener.onMember(key.group(), member.clientId()));
        } else if (value instanceof ConsumerGroupMemberMetadataValue member
                && record.key() instanceof ConsumerGroupMemberMetadataKey key) {
            listener.onMember(key.groupId(), member.clientId());
        } else if (value instanceof StreamsGroupMemberMetadataValue member
                && record.key() instanceof StreamsGroupMemberMetadataKey key) {
            listener.onMember(key.groupId(), member.clientId());
        }
    }

    private void applyOffset(
            TopicPartition partition, long producerId, OffsetCommitKey key, OffsetCommitValue value, boolean loaded) {
        TopicPartition of = new TopicPartition(key.topic(), key.partition());
        if (value == null) {
            listener.onForgotten(key.group(), of);
        } else if (producerId == NO_PRODUCER) {
            listener.onCommitted(key.group(), of, value.offset(), loaded);
        } else {
            undecided
                    .computeIfAbsent(new Undecided(partition, producerId), id -> new ArrayList<>())
                    .add(new Commit(key.group(), of, value.offset()));
        }
    }

    private void end(TopicPartition partition, long producerId, boolean committed, boolean loaded) {
        List<Commit> commits = undecided.remove(new Undecided(partition, producerId));
        if (commits != null && committed) {
            commits.forEach(each -> listener.onCommitted(each.group, each.topicPartition, each.offset, loaded));
        }
    }

    /** The loader, listened to. */
    CoordinatorLoader<CoordinatorRecord> listeningTo(CoordinatorLoader<CoordinatorRecord> loader) {
        return new CoordinatorLoader<>() {
            @Override
            public CompletableFuture<LoadSummary> load(
                    TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
                undecided.keySet().removeIf(each -> each.partition.equals(partition));
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
            try {
                apply(partition, producerId, record, true);
            } catch (RuntimeException e) {
                log.error("partition={} event=group_log_unreadable offset={}", partition, offset, e);
            }
        }

        @Override
        public void replayEndTransactionMarker(long producerId, short producerEpoch, TransactionResult result) {
            target.replayEndTransactionMarker(producerId, producerEpoch, result);
            end(partition, producerId, result == TransactionResult.COMMIT, true);
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
