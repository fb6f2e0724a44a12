package io.polestar.broker.txn;

import io.polestar.broker.coordinator.CoordinatorReadiness;
import io.polestar.broker.coordinator.CoordinatorTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states of all transactional ids that this broker coordinates, which are those whose partition of {@code
 * __transaction_state} it leads and has loaded. Shards come and go on the metadata loader's and the log loader's threads;
 * safe for use from any thread.
 */
final class TransactionStates implements CoordinatorTopic.Shards {
    private static final Logger log = LoggerFactory.getLogger(TransactionStates.class);

    private final CoordinatorLoader<TransactionLogEntry> loader;
    private final IntSupplier partitionCount;
    private final CoordinatorReadiness readiness;
    private final Consumer<Owned> onLoaded;
    private final Map<Integer, Shard> loading = new ConcurrentHashMap<>();
    private final Map<Integer, Shard> loaded = new ConcurrentHashMap<>();

    /**
     * @param partitionCount of {@code __transaction_state}
     * @param onLoaded given each id of a shard that was just loaded
     */
    TransactionStates(
            CoordinatorLoader<TransactionLogEntry> loader,
            IntSupplier partitionCount,
            CoordinatorReadiness readiness,
            Consumer<Owned> onLoaded) {
        this.loader = loader;
        this.partitionCount = partitionCount;
        this.readiness = readiness;
        this.onLoaded = onLoaded;
    }

    int partitionFor(String transactionalId) {
        return Utils.abs(transactionalId.hashCode()) % partitionCount.getAsInt();
    }

    static TopicPartition topicPartition(int partition) {
        return new TopicPartition(Topic.TRANSACTION_STATE_TOPIC_NAME, partition);
    }

    /**
     * The state of an id, empty if it has none.
     *
     * @throws CoordinatorLoadInProgressException if it is being loaded
     * @throws NotCoordinatorException if another broker has it
     */
    Optional<Owned> find(String transactionalId) {
        Shard shard = shardOf(transactionalId);
        return Optional.ofNullable(shard.byId().get(transactionalId)).map(metadata -> new Owned(shard, metadata));
    }

    /** As {@link #find}, and begins with the given state if there is none. */
    Owned findOrAdd(String transactionalId, Supplier<TransactionMetadata> first) {
        Shard shard = shardOf(transactionalId);
        return new Owned(shard, shard.byId().computeIfAbsent(transactionalId, id -> first.get()));
    }

    private Shard shardOf(String transactionalId) {
        int partition = partitionFor(transactionalId);
        if (loading.containsKey(partition)) {
            throw new CoordinatorLoadInProgressException("The transactions of partition " + partition + " are loading");
        }
        Shard shard = loaded.get(partition);
        if (shard == null) {
            throw new NotCoordinatorException("This broker does not coordinate " + transactionalId);
        }
        return shard;
    }

    /** Whether it is still this broker that decides about the id, with the same state in memory. */
    boolean owns(Owned owned) {
        return loaded.get(owned.shard().partition()) == owned.shard()
                && owned.shard().byId().get(owned.transactionalId()) == owned.metadata();
    }

    boolean isLoading() {
        return !loading.isEmpty();
    }

    /** Every id coordinated here. */
    List<Owned> all() {
        List<Owned> all = new ArrayList<>();
        for (Shard shard : loaded.values()) {
            shard.byId().values().forEach(metadata -> all.add(new Owned(shard, metadata)));
        }
        return all;
    }

    @Override
    public void onElection(int partition, int leaderEpoch) {
        Shard shard = new Shard(partition, leaderEpoch);
        loading.put(partition, shard);
        loaded.remove(partition);
        loader.load(topicPartition(partition), shard).whenComplete((summary, failure) -> {
            if (failure == null) {
                finishLoading(shard);
            } else {
                failLoading(shard, failure);
            }
        });
    }

    private void finishLoading(Shard shard) {
        loaded.put(shard.partition(), shard);
        if (!loading.remove(shard.partition(), shard)) {
            loaded.remove(shard.partition(), shard); // the leadership ended meanwhile
            return;
        }
        readiness.activated(topicPartition(shard.partition()));
        if (!shard.byId().isEmpty()) {
            log.info(
                    "partition={} event=transactions_loaded transactional_ids={} coordinator_epoch={}",
                    topicPartition(shard.partition()),
                    shard.byId().size(),
                    shard.leaderEpoch());
        }
        shard.byId().values().forEach(metadata -> onLoaded.accept(new Owned(shard, metadata)));
    }

    /** It stays in {@code loading}, so that clients try again, until the leadership changes: nobody may decide without it. */
    private void failLoading(Shard shard, Throwable failure) {
        if (loading.get(shard.partition()) == shard) {
            log.error(
                    "partition={} event=transactions_not_loaded action=refuse_its_ids",
                    topicPartition(shard.partition()),
                    failure);
        }
    }

    @Override
    public void onResignation(int partition, OptionalInt leaderEpoch) {
        loading.remove(partition);
        readiness.deactivated(topicPartition(partition));
        Shard gone = loaded.remove(partition);
        if (gone != null) {
            log.info(
                    "partition={} event=transactions_unloaded transactional_ids={}",
                    topicPartition(partition),
                    gone.byId().size());
        }
    }
}
