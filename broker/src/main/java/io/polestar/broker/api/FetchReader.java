package io.polestar.broker.api;

import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import io.polestar.protocol.MappedRecords;
import io.polestar.storage.LogSlice;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what one fetch request wants, as often as it is asked to.
 *
 * @param version of the request
 * @param maxBytes of all partitions together; the first batch found is read even if it is larger
 */
record FetchReader(
        Partitions partitions,
        KRaftMetadataCache metadata,
        ListenerName listener,
        short version,
        IsolationLevel isolation,
        String clientId,
        int maxBytes,
        List<FetchRound.Wanted> wanted) {
    private static final Logger log = LoggerFactory.getLogger(FetchReader.class);
    private static final short FIRST_VERSION_WITH_LEADER = 16;
    private static final short LAST_VERSION_WITHOUT_STORAGE_ERROR = 5;

    FetchRound read() {
        return read(wanted);
    }

    /** Reads one partition as if it were the only one. */
    FetchRound readAlone(TopicPartition topicPartition) {
        return read(wanted.stream()
                .filter(each -> each.partition().topicPartition().equals(topicPartition))
                .toList());
    }

    private FetchRound read(List<FetchRound.Wanted> which) {
        FetchRound round = new FetchRound(new LeaderHints(metadata, listener), clientId);
        int left = maxBytes;
        for (FetchRound.Wanted each : which) {
            boolean atLeastOneBatch = round.bytes() == 0;
            PartitionData data = read(each, left, atLeastOneBatch, round);
            round.add(each.partition(), data);
            left = Math.max(0, maxBytes - round.bytes());
        }
        return round;
    }

    private PartitionData read(FetchRound.Wanted each, int left, boolean atLeastOneBatch, FetchRound round) {
        TopicIdPartition id = each.partition();
        try {
            Partition partition = partitions.hosted(id.topicPartition());
            requireSame(id, partition);
            partition.requireLeader(asOptionalInt(each.data().currentLeaderEpoch));
            return read(partition, each.data(), left, atLeastOneBatch, round);
        } catch (RuntimeException e) {
            return refused(id, e, round.hints());
        }
    }

    private static void requireSame(TopicIdPartition asked, Partition partition) {
        if (!asked.topicId().equals(Uuid.ZERO_UUID) && !asked.topicId().equals(partition.topicId())) {
            throw new InconsistentTopicIdException(
                    "Topic ID in the fetch session did not match the topic ID in the log");
        }
    }

    private static OptionalInt asOptionalInt(Optional<Integer> value) {
        return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
    }

    private PartitionData read(
            Partition partition,
            FetchRequest.PartitionData asked,
            int left,
            boolean atLeastOneBatch,
            FetchRound round) {
        PartitionData answer = new PartitionData()
                .setPartitionIndex(partition.topicPartition().partition())
                .setHighWatermark(partition.highWatermark())
                .setLastStableOffset(partition.lastStableOffset())
                .setLogStartOffset(partition.logStartOffset())
                .setAbortedTransactions(isolation == IsolationLevel.READ_COMMITTED ? List.of() : null)
                .setRecords(MemoryRecords.EMPTY);
        Optional<EpochEndOffset> diverging = diverging(partition, asked);
        if (diverging.isPresent()) {
            return answer.setDivergingEpoch(diverging.get());
        }
        LogSlice slice = slice(partition, asked, Math.min(asked.maxBytes, left), atLeastOneBatch);
        if (slice.sizeInBytes() == 0) {
            slice.release();
            return answer;
        }
        round.delivers(partition, asked.fetchOffset, slice.nextOffset());
        if (isolation == IsolationLevel.READ_COMMITTED) {
            answer.setAbortedTransactions(partition.abortedTransactions(asked.fetchOffset, slice.nextOffset()));
        }
        return answer.setRecords(new MappedRecords(slice.regions(), slice.sizeInBytes(), slice::release));
    }

    private LogSlice slice(Partition partition, FetchRequest.PartitionData asked, int bytes, boolean atLeastOneBatch) {
        try {
            return partition.readToSend(asked.fetchOffset, bytes, atLeastOneBatch, isolation);
        } catch (OffsetOutOfRangeException e) {
            partition.noteOutOfRange(asked.fetchOffset, clientId);
            throw e;
        }
    }

    /** Whether the log of the client parted from ours before the offset it asks for (KIP-595). */
    private static Optional<EpochEndOffset> diverging(Partition partition, FetchRequest.PartitionData asked) {
        if (asked.lastFetchedEpoch.isEmpty()) {
            return Optional.empty();
        }
        int epoch = asked.lastFetchedEpoch.get();
        OffsetAndEpoch end = partition
                .endOfEpoch(epoch)
                .orElseThrow(() -> new OffsetOutOfRangeException(
                        "Could not determine the end offset of the last fetched epoch " + epoch));
        if (asked.fetchOffset < partition.logStartOffset()) {
            throw new OffsetOutOfRangeException("Offset " + asked.fetchOffset + " is below the log's start");
        }
        return end.epoch() < epoch || end.offset() < asked.fetchOffset
                ? Optional.of(new EpochEndOffset().setEpoch(end.epoch()).setEndOffset(end.offset()))
                : Optional.empty();
    }

    private PartitionData refused(TopicIdPartition partition, RuntimeException refusal, LeaderHints hints) {
        Errors error = Errors.forException(refusal);
        if (!(refusal instanceof ApiException)) {
            log.error("partition={} event=fetch_failed error={}", partition, error, refusal);
        }
        if (error == Errors.KAFKA_STORAGE_ERROR && version <= LAST_VERSION_WITHOUT_STORAGE_ERROR) {
            error = Errors.NOT_LEADER_OR_FOLLOWER;
        }
        PartitionData answer = FetchResponse.partitionResponse(partition, error).setAbortedTransactions(null);
        if (version >= FIRST_VERSION_WITH_LEADER
                && (error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH)) {
            hints.about(
                    partition.topicPartition(),
                    (id, epoch) -> answer.currentLeader().setLeaderId(id).setLeaderEpoch(epoch));
        }
        return answer;
    }
}
