package io.polestar.broker.share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.SharePartitionKey;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PartitionIdLeaderEpochData;
import org.apache.kafka.server.share.persister.PartitionInfoData;
import org.apache.kafka.server.share.persister.PartitionStateBatchData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.TopicData;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;

/**
 * Reads and writes the state of one share partition, with its failures as consumers are told them. Never blocks; immutable.
 *
 * @param leaderEpoch of the partition; a coordinator refuses an older one
 */
record ShareStateStore(Persister persister, SharePartitionKey key, int leaderEpoch) {

    CompletableFuture<PartitionAllData> read() {
        PartitionIdLeaderEpochData asked = PartitionFactory.newPartitionIdLeaderEpochData(key.partition(), leaderEpoch);
        return persister
                .readState(new ReadShareGroupStateParameters.Builder()
                        .setGroupTopicPartitionData(ofThisPartition(asked))
                        .build())
                .thenApply(result -> {
                    PartitionAllData found = only(result.topicsData());
                    require(found.errorCode(), found.errorMessage());
                    return found;
                });
    }

    /** What was changed; the rest is kept. */
    CompletableFuture<Void> write(int stateEpoch, Flights flights, Collection<Flight> changed) {
        List<PersisterStateBatch> batches = new ArrayList<>(changed.size());
        for (Flight each : changed) {
            batches.add(new PersisterStateBatch(
                    each.first(), each.last(), each.state().id(), (short) each.deliveryCount()));
        }
        PartitionStateBatchData data = PartitionFactory.newPartitionStateBatchData(
                key.partition(), stateEpoch, flights.start(), flights.completeCount(), leaderEpoch, batches);
        return persister
                .writeState(new WriteShareGroupStateParameters.Builder()
                        .setGroupTopicPartitionData(ofThisPartition(data))
                        .build())
                .thenAccept(result -> {
                    PartitionErrorData answer = only(result.topicsData());
                    require(answer.errorCode(), answer.errorMessage());
                });
    }

    private <T extends PartitionInfoData> GroupTopicPartitionData<T> ofThisPartition(T data) {
        return new GroupTopicPartitionData<>(key.groupId(), List.of(new TopicData<>(key.topicId(), List.of(data))));
    }

    private static <T extends PartitionInfoData> T only(List<TopicData<T>> topics) {
        return topics.get(0).partitions().get(0);
    }

    private static void require(short errorCode, String message) {
        if (errorCode != Errors.NONE.code()) {
            throw asConsumersAreTold(Errors.forCode(errorCode), message);
        }
    }

    private static ApiException asConsumersAreTold(Errors error, String message) {
        return switch (error) {
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS ->
                new CoordinatorNotAvailableException(message);
            case GROUP_ID_NOT_FOUND -> new GroupIdNotFoundException(message);
            case UNKNOWN_TOPIC_OR_PARTITION -> new UnknownTopicOrPartitionException(message);
            case FENCED_LEADER_EPOCH, FENCED_STATE_EPOCH -> new NotLeaderOrFollowerException(message);
            default -> new UnknownServerException(message);
        };
    }
}
