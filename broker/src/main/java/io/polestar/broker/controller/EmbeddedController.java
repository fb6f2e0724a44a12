package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * KRaft in this process: the metadata log, the controller that writes it, the image read from it, and this broker's
 * registration. Started in three steps, so that the sockets and the partition logs can be opened beside it:
 *
 * <ol>
 *   <li>{@link #start} reads the log and begins to become leader;
 *   <li>{@link #installPublishers} completes when the publishers have seen the first image: partitions can be opened;
 *   <li>{@link #register} with the bound endpoints, then {@link #unfence} when the partitions are recovered.
 * </ol>
 *
 * The lifecycle methods are called by one thread; everything else may be called by any.
 */
public final class EmbeddedController implements AutoCloseable {
    private final BrokerConfig config;
    private final MetadataFormat format;
    private final RaftNode raft;
    private final ControllerActivation activation;
    private final ImageLoader images;
    private final KRaftMetadataCache cache;
    private final AppliedMetadata applied;
    private final QuorumController controller;
    private final MetadataChanges changes;
    private final Membership membership;
    private final ProducerIds producerIds;
    /** Fails with the fatal fault, so that nobody waits for what cannot come any more. */
    private final CompletableFuture<Void> broken;

    private boolean joined;

    /**
     * Opens the metadata log of {@code config}'s data directory, which must be locked by the caller, reads it and begins
     * to become leader; returns before it is.
     *
     * @param format of the data directory, see {@link MetadataFormat#readOrCreate}
     * @param onFatal told once of a fault that the broker cannot survive, on the failing thread; must not block
     */
    public static EmbeddedController start(
            BrokerConfig config, MetadataFormat format, Metrics metrics, Time time, Consumer<Throwable> onFatal) {
        CompletableFuture<Void> broken = new CompletableFuture<>();
        Faults faults = new Faults(cause -> {
            broken.completeExceptionally(cause);
            onFatal.accept(cause);
        });
        RaftNode raft = new RaftNode(config, format, metrics, time, faults);
        AutoCloseable started = raft;
        try {
            EmbeddedController controller = new EmbeddedController(config, format, raft, time, faults, broken);
            started = controller;
            controller.begin();
            return controller;
        } catch (RuntimeException e) {
            Utils.closeQuietly(started, "controller");
            throw e;
        }
    }

    private void begin() {
        raft.start();
        raft.client().register(images.listener());
        images.install(List.of(images.snapshots(), new CachePublisher(cache)));
    }

    /** What may fail is built before what has threads. */
    private EmbeddedController(
            BrokerConfig config,
            MetadataFormat format,
            RaftNode raft,
            Time time,
            Faults faults,
            CompletableFuture<Void> broken) {
        this.config = config;
        this.format = format;
        this.raft = raft;
        this.broken = broken;
        this.activation = new ControllerActivation(time, Controllers.sessionTimeoutMs(config));
        this.cache = new KRaftMetadataCache(format.nodeId(), raft.client()::kraftVersion);
        this.applied = new AppliedMetadata(raft.client()::highWatermark);
        this.controller = buildController(time, faults);
        this.images = new ImageLoader(config, format.nodeId(), raft, time, faults);
        this.changes = new MetadataChanges(controller, applied, time);
        this.membership = new Membership(config, format, time);
        this.producerIds = new ProducerIds(this::allocateProducerIds);
    }

    private QuorumController buildController(Time time, Faults faults) {
        try {
            return Controllers.build(config, format, raft.client(), activation, time, faults);
        } catch (Exception e) {
            throw new KafkaException("Cannot build the controller: " + e.getMessage(), e);
        }
    }

    private CompletableFuture<AllocateProducerIdsResponseData> allocateProducerIds() {
        AllocateProducerIdsRequestData request = new AllocateProducerIdsRequestData()
                .setBrokerId(format.nodeId())
                .setBrokerEpoch(membership.brokerEpoch());
        return changes.applyAsBroker(
                KafkaPrincipal.ANONYMOUS, (active, context) -> active.allocateProducerIds(context, request));
    }

    /**
     * Adds publishers, to be told of every change in their order, after the metadata cache. Called once.
     *
     * @return completes when all of them have been told of the first complete image
     */
    public CompletableFuture<Void> installPublishers(List<MetadataPublisher> publishers) {
        List<MetadataPublisher> all = new ArrayList<>(publishers);
        all.add(applied);
        images.install(all);
        return unlessBroken(applied.await(0));
    }

    /**
     * Registers this broker with the controller, fenced: clients are not sent to it yet. The publishers must have been
     * installed.
     *
     * @param advertised where clients reach each listener, with real ports
     * @return completes when the registration is in this broker's own metadata image
     */
    public CompletableFuture<Void> register(List<Endpoint> advertised) {
        joined = true;
        var channel = new InProcessControllerChannel(controller, applied, cache);
        activation
                .activated()
                .thenCompose(none -> applied.await(0))
                .thenRun(() -> membership.join(channel, applied, advertised))
                .exceptionally(failure -> {
                    broken.completeExceptionally(failure);
                    return null;
                });
        return unlessBroken(membership.caughtUp());
    }

    /**
     * Lets the controller give this broker leadership: its logs are open.
     *
     * @return completes when that is in this broker's own metadata image
     */
    public CompletableFuture<Void> unfence() {
        return unlessBroken(membership.unfence().thenCompose(none -> applied.awaitCommitted()));
    }

    private CompletableFuture<Void> unlessBroken(CompletableFuture<Void> step) {
        return CompletableFuture.anyOf(step, broken).thenApply(none -> null);
    }

    /** The cluster's id. */
    public String clusterId() {
        return format.clusterId();
    }

    /** This broker's epoch, -1 before it has registered. */
    public long brokerEpoch() {
        return membership.brokerEpoch();
    }

    /** The latest metadata image and what can be asked of it. */
    public KRaftMetadataCache metadataCache() {
        return cache;
    }

    /** Where metadata is changed. A change is visible in this broker only after {@link #awaitCommitted}. */
    public Controller controller() {
        return controller;
    }

    /** The controller for handlers: a change completes when it is visible in this broker. */
    public MetadataChanges changes() {
        return changes;
    }

    /** Ids for producers; usable once this broker has registered. */
    public ProducerIds producerIds() {
        return producerIds;
    }

    /** The state of the metadata log's quorum. */
    public CompletableFuture<DescribeQuorumResponseData> describeQuorum(
            RequestContext context, DescribeQuorumRequestData request) {
        return raft.handle(context, request).thenApply(DescribeQuorumResponseData.class::cast);
    }

    /** Adds a voter to the metadata log's quorum. */
    public CompletableFuture<AddRaftVoterResponseData> addVoter(
            RequestContext context, AddRaftVoterRequestData request) {
        return raft.handle(context, request).thenApply(AddRaftVoterResponseData.class::cast);
    }

    /** Takes a voter out of the metadata log's quorum. */
    public CompletableFuture<RemoveRaftVoterResponseData> removeVoter(
            RequestContext context, RemoveRaftVoterRequestData request) {
        return raft.handle(context, request).thenApply(RemoveRaftVoterResponseData.class::cast);
    }

    /** Completes when everything the controller has committed by now was applied by every publisher. */
    public CompletableFuture<Void> awaitCommitted() {
        return applied.awaitCommitted();
    }

    /** Hands over leadership, for a clean stop; the partitions must still be open. Nothing if it never registered. */
    public void controlledShutdown() {
        if (joined) {
            membership.leave();
        }
    }

    @Override
    public void close() {
        membership.close();
        applied.close();
        controller.beginShutdown();
        raft.close();
        images.close();
        Utils.closeQuietly(controller, "controller");
    }
}
