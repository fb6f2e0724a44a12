package io.polestar.broker.topic;

import io.polestar.broker.BrokerConfig;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogStore;
import io.polestar.storage.PartitionLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.image.LocalReplicaChanges;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All partitions of this broker; follows the metadata image. Opened, led, reconfigured and taken out of
 * service by the metadata loader's thread, or by workers it waits for; found from any thread.
 */
public final class Partitions implements MetadataPublisher {
    private static final Logger log = LoggerFactory.getLogger(Partitions.class);
    private static final long SNAPSHOT_INTERVAL_MS = 60_000;

    /** As Kafka does, so that a start has the disk to itself. */
    private static final long FIRST_RETENTION_CHECK_MS = 30_000;

    private final Map<TopicPartition, Hosted> hosted = new ConcurrentHashMap<>();
    private final LogStore store;
    private final PartitionContext context;
    private final TopicConfigs configs;
    private final PartitionWorkers workers = new PartitionWorkers();
    private final long retentionCheckMs;
    private final long producerExpiryCheckMs;
    private volatile MetadataImage image = MetadataImage.EMPTY;
    private boolean first = true;

    public Partitions(
            BrokerConfig config, LogStore store, Time time, Scheduler scheduler, DiskSpace space, LossListener losses) {
        this.store = store;
        this.context = PartitionContext.of(config, time, scheduler, space, losses);
        this.configs = new TopicConfigs(config);
        this.retentionCheckMs = config.retentionCheckIntervalMs();
        this.producerExpiryCheckMs = new TransactionLogConfig(config).producerIdExpirationCheckIntervalMs();
    }

    /** Follows a change of settings: how long idle producers are remembered. */
    public void reconfigure(BrokerConfig changed) {
        TransactionLogConfig producers = new TransactionLogConfig(changed);
        context.producerConfig().setProducerIdExpirationMs(producers.producerIdExpirationMs());
        context.producerConfig().setTransactionVerificationEnabled(producers.transactionPartitionVerificationEnable());
    }

    /** Begins the periodic work: retention, and the producers' snapshots. */
    public void start() {
        long firstCheckMs = Math.min(FIRST_RETENTION_CHECK_MS, retentionCheckMs);
        context.scheduler().schedule("retention", this::applyRetention, firstCheckMs, retentionCheckMs);
        context.scheduler()
                .schedule("producer-snapshots", this::saveProducers, SNAPSHOT_INTERVAL_MS, SNAPSHOT_INTERVAL_MS);
        context.scheduler()
                .schedule("producer-expiry", this::forgetIdleProducers, producerExpiryCheckMs, producerExpiryCheckMs);
    }

    public Optional<Partition> find(TopicPartition topicPartition) {
        return Optional.ofNullable(hosted.get(topicPartition)).map(Hosted::partition);
    }

    /**
     * The partition if this broker leads it.
     *
     * @throws UnknownTopicOrPartitionException if there is none
     * @throws NotLeaderOrFollowerException if another broker leads it
     * @throws KafkaStorageException if its log is offline
     */
    public Partition leader(TopicPartition topicPartition) {
        Partition partition = hosted(topicPartition);
        partition.requireLeader(OptionalInt.empty());
        return partition;
    }

    /**
     * The partition, led by this broker or not.
     *
     * @throws UnknownTopicOrPartitionException if there is none
     * @throws NotLeaderOrFollowerException if only other brokers have it
     * @throws KafkaStorageException if its log is offline
     */
    public Partition hosted(TopicPartition topicPartition) {
        Hosted found = hosted.get(topicPartition);
        if (found != null) {
            return found.online();
        }
        if (existsInMetadata(topicPartition)) {
            throw new NotLeaderOrFollowerException("This broker has no replica of " + topicPartition);
        }
        throw new UnknownTopicOrPartitionException("There is no partition " + topicPartition);
    }

    private boolean existsInMetadata(TopicPartition topicPartition) {
        TopicImage topic = image.topics().getTopic(topicPartition.topic());
        return topic != null && topic.partitions().containsKey(topicPartition.partition());
    }

    /** Who is told of what readers and producers lose. */
    public LossListener losses() {
        return context.losses();
    }

    /** Where to do what waits for the device, for callers that must not: one thing after the other. */
    public Executor background() {
        return task -> context.scheduler().scheduleOnce("partition-change", task);
    }

    /** Every partition that is online, in no order. */
    public Collection<Partition> all() {
        List<Partition> online = new ArrayList<>(hosted.size());
        for (Hosted each : hosted.values()) {
            if (each.partition() != null) {
                online.add(each.partition());
            }
        }
        return online;
    }

    @Override
    public String name() {
        return "Partitions";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
        image = newImage;
        if (delta.topicsDelta() != null) {
            apply(delta.topicsDelta().localChanges(context.nodeId()));
        }
        if (first) {
            first = false;
            deleteStrays();
        }
        if (delta.configsDelta() != null) {
            reconfigure(delta.configsDelta().changes().keySet());
        }
    }

    private void apply(LocalReplicaChanges changes) {
        changes.deletes().forEach(this::delete);
        List<Map.Entry<TopicPartition, LocalReplicaChanges.PartitionInfo>> all = new ArrayList<>();
        all.addAll(changes.leaders().entrySet());
        all.addAll(changes.followers().entrySet());
        workers.onEach(
                "opened",
                all,
                each -> follow(
                        each.getKey(),
                        each.getValue().topicId(),
                        each.getValue().partition()));
    }

    private void follow(TopicPartition topicPartition, Uuid topicId, PartitionRegistration registration) {
        Hosted known = hosted.get(topicPartition);
        if (known != null && !known.topicId().equals(topicId)) {
            delete(topicPartition);
            known = null;
        }
        if (known == null) {
            known = open(topicPartition, topicId);
            if (known.partition() != null) {
                known.partition().follow(registration);
            }
            hosted.put(topicPartition, known);
        } else if (known.partition() != null) {
            known.partition().follow(registration);
        }
    }

    private Hosted open(TopicPartition topicPartition, Uuid topicId) {
        try {
            LogConfig config = configs.of(topicPartition.topic(), image.configs());
            PartitionLog partitionLog = openLog(topicPartition, topicId, TopicConfigs.settings(config));
            return new Hosted(topicId, newPartition(topicPartition, topicId, partitionLog, config), null);
        } catch (RuntimeException e) {
            log.error(
                    "partition={} event=open_failed action=partition_offline reason=\"{}\"",
                    topicPartition,
                    e.getMessage(),
                    e instanceof KafkaStorageException ? null : e);
            return new Hosted(
                    topicId,
                    null,
                    new KafkaStorageException("Partition " + topicPartition + " is offline: " + e.getMessage(), e));
        }
    }

    private PartitionLog openLog(TopicPartition topicPartition, Uuid topicId, LogSettings settings) {
        workers.awaitDeleted(topicPartition);
        try {
            return store.open(topicPartition, topicId, settings);
        } catch (InconsistentTopicIdException e) {
            // Its topic was deleted and another one of that name made; a crash came before its log was gone.
            log.warn("partition={} event=log_of_deleted_topic action=delete", topicPartition, e);
            store.delete(topicPartition);
            return store.open(topicPartition, topicId, settings);
        }
    }

    private Partition newPartition(
            TopicPartition topicPartition, Uuid topicId, PartitionLog partitionLog, LogConfig config) {
        try {
            return new Partition(
                    topicPartition, topicId, partitionLog, store.stateDirectory(topicPartition), config, context);
        } catch (RuntimeException e) {
            partitionLog.close();
            throw e;
        }
    }

    private void delete(TopicPartition topicPartition) {
        Optional<Partition> gone =
                Optional.ofNullable(hosted.remove(topicPartition)).map(Hosted::partition);
        gone.ifPresent(Partition::resign);
        workers.delete(topicPartition, () -> {
            gone.ifPresent(partition -> close(partition, Partition::abandon));
            store.delete(topicPartition, deleteDelay(topicPartition));
        });
    }

    /** Of the brokers' configs: those of the topic are gone with it. */
    private Duration deleteDelay(TopicPartition topicPartition) {
        return Duration.ofMillis(configs.of(topicPartition.topic(), image.configs()).fileDeleteDelayMs);
    }

    /** Removes logs of topics that were deleted, or deleted and made anew, while this broker did not run. */
    private void deleteStrays() {
        List<LogStore.StoredPartition> all = store.partitions();
        if (!all.isEmpty() && image.topics().isEmpty()) {
            // Metadata that was lost and begun anew knows no topic either: that must not cost the data as well.
            log.error("event=stray_logs action=none logs={} reason=\"the metadata knows no topic at all\"", all.size());
            return;
        }
        for (LogStore.StoredPartition stored : all) {
            Hosted known = hosted.get(stored.topicPartition());
            if (known == null) {
                log.warn(
                        "partition={} topic_id={} event=stray_log action=delete",
                        stored.topicPartition(),
                        stored.topicId());
                delete(stored.topicPartition());
            }
        }
    }

    private void reconfigure(Collection<ConfigResource> changed) {
        if (changed.stream().anyMatch(resource -> resource.type() == ConfigResource.Type.BROKER)) {
            all().forEach(this::reconfigure);
            return;
        }
        for (ConfigResource resource : changed) {
            if (resource.type() == ConfigResource.Type.TOPIC) {
                reconfigure(resource.name());
            }
        }
    }

    private void reconfigure(String topic) {
        TopicImage known = image.topics().getTopic(topic);
        if (known != null) {
            known.partitions()
                    .keySet()
                    .forEach(index -> find(new TopicPartition(topic, index)).ifPresent(this::reconfigure));
        }
    }

    private void reconfigure(Partition partition) {
        partition.configure(configs.of(partition.topicPartition().topic(), image.configs()));
    }

    private void applyRetention() {
        forEach(
                "retention",
                partition -> partition.applyRetention(context.time().milliseconds()));
    }

    private void forgetIdleProducers() {
        forEach(
                "producer_expiry",
                partition -> partition.forgetIdleProducers(context.time().milliseconds()));
    }

    private void saveProducers() {
        forEach("producer_snapshot", Partition::saveProducers);
    }

    private void forEach(String task, Consumer<Partition> work) {
        for (Partition partition : all()) {
            try {
                work.accept(partition);
            } catch (RuntimeException e) {
                log.error("partition={} task={} event=task_failed", partition.topicPartition(), task, e);
            }
        }
    }

    /** Closes every partition; the metadata no longer changes then. */
    @Override
    public void close() {
        workers.onEach("closed", all(), partition -> close(partition, Partition::close));
        hosted.clear();
        workers.close();
    }

    private static void close(Partition partition, Consumer<Partition> how) {
        try {
            how.accept(partition);
        } catch (RuntimeException e) {
            log.error("partition={} event=close_failed", partition.topicPartition(), e);
        }
    }

    /** A partition, or why its log is offline. */
    private record Hosted(Uuid topicId, Partition partition, KafkaStorageException failure) {
        Partition online() {
            if (failure != null) {
                throw failure;
            }
            return partition;
        }
    }
}
