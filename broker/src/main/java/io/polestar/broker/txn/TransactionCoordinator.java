package io.polestar.broker.txn;

import io.micrometer.core.instrument.MeterRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.coordinator.CoordinatorReadiness;
import io.polestar.broker.coordinator.CoordinatorTopic;
import io.polestar.broker.coordinator.PartitionLogLoader;
import io.polestar.broker.topic.Partitions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.common.TransactionVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction coordinator: decides which producer has a transactional id, which partitions its transaction includes, and
 * how it ends. It begins to work with the first metadata image. Safe for use from any thread; its methods never block, and
 * refuse with an {@link org.apache.kafka.common.errors.ApiException}, thrown or in the future.
 */
public final class TransactionCoordinator implements MetadataPublisher {
    private static final Logger log = LoggerFactory.getLogger(TransactionCoordinator.class);
    private static final int THREADS = 2;
    private static final long CLOSE_SECONDS = 10;

    private final Supplier<MetadataImage> image;
    private final ScheduledThreadPoolExecutor executor = newExecutor();
    private final TransactionMeters meters;
    private final PartitionLogLoader<TransactionLogEntry> loader;
    private final CoordinatorReadiness readiness;
    private final CoordinatorTopic topic;
    private final TransactionStates states;
    private final MarkerWriter markers;
    private final Completions completions;
    private final TransactionEnd end;
    private final ProducerInit init;
    private final Membership membership;
    private final TransactionQueries queries;
    private final TransactionExpiry expiry;
    private boolean started;

    /**
     * @param image the newest metadata image
     * @param producerIds gives an id that was never given before
     * @param offsets writes the markers of {@code __consumer_offsets}
     */
    public TransactionCoordinator(
            BrokerConfig config,
            Partitions partitions,
            Supplier<MetadataImage> image,
            Supplier<CompletableFuture<Long>> producerIds,
            OffsetsMarkers offsets,
            MeterRegistry registry,
            Time time) {
        this.image = image;
        TransactionLogConfig logConfig = new TransactionLogConfig(config);
        TransactionStateManagerConfig stateConfig = new TransactionStateManagerConfig(config);
        this.meters = new TransactionMeters(registry);
        this.loader = new PartitionLogLoader<>(
                partitions, TransactionLogEntry::read, logConfig.transactionLoadBufferSize(), time);
        this.readiness = new CoordinatorReadiness(config.nodeId(), this::leaderOf);
        this.states = new TransactionStates(loader, this::partitionCount, readiness, this::resume);
        this.topic = new CoordinatorTopic(
                Topic.TRANSACTION_STATE_TOPIC_NAME, config.nodeId(), logConfig.transactionTopicPartitions(), states);
        TransactionLogWriter writer =
                new TransactionLogWriter(partitions, states, this::clusterVersion, executor, time);
        this.markers = new MarkerWriter(partitions, offsets, executor, config.requestTimeoutMs());
        this.completions = new Completions(markers, states, writer, executor, meters);
        this.end = new TransactionEnd(states, writer, completions, producerIds, this::clusterVersion, time);
        this.init = new ProducerInit(states, writer, end, producerIds, stateConfig, time);
        this.membership = new Membership(states, writer, time);
        this.queries = new TransactionQueries(states, time);
        this.expiry = new TransactionExpiry(states, writer, end, meters, stateConfig, config.requestTimeoutMs(), time);
        meters.countStates(queries::count);
        meters.countLate(() -> partitions.all().stream()
                .filter(partition -> partition.hasLateTransaction(time.milliseconds()))
                .count());
    }

    private static ScheduledThreadPoolExecutor newExecutor() {
        AtomicInteger number = new AtomicInteger();
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "polestar-transactions-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private int partitionCount() {
        return topic.partitionCount(image.get());
    }

    private int leaderOf(TopicPartition partition) {
        TopicImage topicImage = image.get().topics().getTopic(partition.topic());
        PartitionRegistration registration =
                topicImage == null ? null : topicImage.partitions().get(partition.partition());
        return registration == null ? CoordinatorReadiness.NO_LEADER : registration.leader;
    }

    private TransactionVersion clusterVersion() {
        short level =
                image.get().features().finalizedVersions().getOrDefault(TransactionVersion.FEATURE_NAME, (short) 0);
        return TransactionVersion.fromFeatureLevel(level);
    }

    private void resume(Owned owned) {
        executor.execute(() -> end.resume(owned));
    }

    @Override
    public String name() {
        return "TransactionCoordinator";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
        if (!started) {
            started = true;
            expiry.schedule(executor);
        }
        topic.follow(delta, newImage);
        readiness.metadataChanged();
    }

    /** The partition of {@code __transaction_state} that has an id; its leader coordinates the id. */
    public int partitionFor(String transactionalId) {
        return states.partitionFor(transactionalId);
    }

    /** When the id's coordinator, here or on another broker, can be asked; after two seconds in any case. */
    public CompletableFuture<Void> whenReady(String transactionalId) {
        return readiness.whenReady(TransactionStates.topicPartition(partitionFor(transactionalId)));
    }

    /**
     * Gives a producer its id and epoch, and fences whoever used the transactional id before.
     *
     * @param twoPhase whether the transaction is decided elsewhere, so that it has no timeout
     * @param keepPrepared whether a prepared transaction is to be kept
     * @param expected what the producer had until now, empty for a new one
     */
    public CompletableFuture<ProducerIdAndEpoch> initProducer(
            String transactionalId,
            int timeoutMs,
            boolean twoPhase,
            boolean keepPrepared,
            Optional<ProducerIdAndEpoch> expected) {
        return counted(
                transactionalId,
                () -> init.init(
                        new ProducerInit.Request(transactionalId, timeoutMs, twoPhase, keepPrepared, expected)));
    }

    /** Adds partitions to the producer's transaction, which begins it where none is ongoing. */
    public CompletableFuture<Void> addPartitions(
            Producer producer, Set<TopicPartition> partitions, TransactionVersion version) {
        return counted(producer.transactionalId(), () -> membership.add(producer, partitions, version));
    }

    /** For each partition NONE if the producer's transaction includes it, otherwise TRANSACTION_ABORTABLE. */
    public Map<TopicPartition, Errors> verifyPartitions(Producer producer, Set<TopicPartition> partitions) {
        return membership.verify(producer, partitions);
    }

    /**
     * Commits or aborts the producer's transaction; completes when that is decided, the markers follow.
     *
     * @return what the producer goes on with; {@link ProducerIdAndEpoch#NONE} below version 2
     */
    public CompletableFuture<ProducerIdAndEpoch> endTransaction(
            Producer producer, TransactionResult result, TransactionVersion version) {
        return counted(
                producer.transactionalId(),
                () -> end.end(new TransactionEnd.Request(
                        producer.transactionalId(), producer.producerId(), producer.producerEpoch(), result, version)));
    }

    /** When the transaction of the id that is being completed is over; at once if there is none. */
    public CompletableFuture<Void> whenCompleted(String transactionalId) {
        return completions.whenOver(transactionalId);
    }

    public DescribeTransactionsResponseData.TransactionState describe(String transactionalId) {
        return queries.describe(transactionalId);
    }

    public ListTransactionsResponseData list(ListTransactionsRequestData request) {
        return queries.list(request);
    }

    /** Writes markers for other coordinators, and for an administrator. */
    public MarkerWriter markers() {
        return markers;
    }

    /** Retries and timeouts of requests that wait for a transaction. */
    ScheduledThreadPoolExecutor executor() {
        return executor;
    }

    private <T> CompletableFuture<T> counted(String transactionalId, Supplier<CompletableFuture<T>> action) {
        try {
            return action.get().whenComplete((done, failure) -> {
                if (failure != null) {
                    count(transactionalId, TransactionErrors.of(failure));
                }
            });
        } catch (RuntimeException e) {
            count(transactionalId, Errors.forException(e));
            throw e;
        }
    }

    private void count(String transactionalId, Errors error) {
        if (error == Errors.PRODUCER_FENCED) {
            meters.fenced();
            log.info("transactional_id={} event=fenced_producer_refused", transactionalId);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            loader.close();
            executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
