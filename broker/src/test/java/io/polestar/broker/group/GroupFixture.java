package io.polestar.broker.group;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.api.ApiHandler;
import io.polestar.broker.api.ApiTable;
import io.polestar.broker.api.GroupHandlers;
import io.polestar.broker.api.InternalTopicCreation;
import io.polestar.broker.api.TransactionHandlers;
import io.polestar.broker.metrics.LossMeters;
import io.polestar.broker.security.Access;
import io.polestar.broker.share.DirectPersister;
import io.polestar.broker.share.ShareCoordinators;
import io.polestar.broker.share.ShareListener;
import io.polestar.broker.topic.DiskSpace;
import io.polestar.broker.topic.Partitions;
import io.polestar.broker.txn.TransactionCoordinator;
import io.polestar.broker.txn.TransactionVerifier;
import io.polestar.storage.Disk;
import io.polestar.storage.LogStore;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpointCollection;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.image.writer.RecordListWriter;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.util.KafkaScheduler;

/**
 * The group APIs over a coordinator and real partitions, with metadata made by hand: no controller and no network.
 * Requests and responses go through their bytes, so that what a version cannot carry shows.
 */
final class GroupFixture implements AutoCloseable {
    static final int BROKER_ID = 1;
    private static final int OFFSETS_PARTITIONS = 3;
    private static final ListenerName LISTENER = ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
    private static final long TIMEOUT_SECONDS = 20;

    private final BrokerConfig config;
    private final LogStore store;
    private final KRaftMetadataCache metadata = new KRaftMetadataCache(BROKER_ID, () -> KRaftVersion.LATEST_PRODUCTION);
    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final Metrics metrics = new Metrics();
    private final Partitions partitions;
    private final GroupCoordinators coordinators;
    private final TransactionCoordinator transactions;
    private final ShareCoordinators shares;
    private final SimpleMeterRegistry departures = new SimpleMeterRegistry();
    private final AtomicLong producerIds = new AtomicLong();
    private final List<MetadataPublisher> publishers;
    private final ApiTable apis;
    private final List<String> created = new ArrayList<>();
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private long metadataOffset;

    private GroupFixture(BrokerConfig config, Access access) {
        this.config = config;
        this.store = new ChronicleLogStore(config.dataDirectory());
        this.scheduler.startup();
        this.partitions = new Partitions(
                config,
                store,
                Time.SYSTEM,
                scheduler,
                new DiskSpace(Disk.system(), config.dataDirectory(), 0),
                new LossMeters(new SimpleMeterRegistry()));
        this.transactions = new TransactionCoordinator(
                config,
                partitions,
                metadata::currentImage,
                () -> CompletableFuture.completedFuture(producerIds.incrementAndGet()),
                (partition, producerId, epoch, coordinatorEpoch, result, version) ->
                        service().completeTransaction(partition, producerId, epoch, coordinatorEpoch, result, version),
                new SimpleMeterRegistry(),
                Time.SYSTEM);
        TransactionVerifier verifier = new TransactionVerifier(transactions, partitions, config, Time.SYSTEM);
        this.shares = new ShareCoordinators(
                config, partitions, metadata::currentImage, ShareListener.NONE, Time.SYSTEM, metrics);
        this.coordinators = new GroupCoordinators(
                config,
                partitions,
                metadata::currentImage,
                verifier::verifyOffsets,
                new DirectPersister(shares, () -> new Creation().create(Topic.SHARE_GROUP_STATE_TOPIC_NAME)),
                new MemberDepartures(departures),
                GroupListener.NONE,
                Time.SYSTEM,
                metrics,
                Optional.empty());
        this.publishers = List.of(partitions, shares.publisher(), coordinators.publisher(), transactions);
        List<ApiHandler<?>> handlers = new ArrayList<>(
                GroupHandlers.all(config, coordinators, transactions, shares, metadata, new Creation(), access));
        handlers.addAll(TransactionHandlers.all(
                transactions,
                coordinators,
                metadata,
                () -> CompletableFuture.completedFuture(producerIds.incrementAndGet()),
                access));
        this.apis = new ApiTable(handlers);
    }

    /** How many members groups have lost for that reason. */
    double gone(String reason) {
        return departures.find("polestar.group.members.gone").tag("reason", reason).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private GroupCoordinator service() {
        return coordinators.service();
    }

    static GroupFixture start(Path directory) {
        return start(directory, Access.EVERYONE);
    }

    static GroupFixture start(Path directory, Access access) {
        BrokerConfig config = BrokerConfig.of(Map.of(
                "log.dirs",
                directory.toString(),
                "offsets.topic.num.partitions",
                Integer.toString(OFFSETS_PARTITIONS),
                "share.coordinator.state.topic.num.partitions",
                Integer.toString(OFFSETS_PARTITIONS),
                "offsets.retention.check.interval.ms",
                "100",
                "group.min.session.timeout.ms",
                "1",
                "offset.metadata.max.bytes",
                "100",
                "group.coordinator.threads",
                "2"));
        GroupFixture fixture = new GroupFixture(config, access);
        fixture.publish(List.of(
                new FeatureLevelRecord()
                        .setName(MetadataVersion.FEATURE_NAME)
                        .setFeatureLevel(MetadataVersion.LATEST_PRODUCTION.featureLevel()),
                new FeatureLevelRecord()
                        .setName(GroupVersion.FEATURE_NAME)
                        .setFeatureLevel(GroupVersion.LATEST_PRODUCTION.featureLevel()),
                registration()));
        return fixture;
    }

    private static RegisterBrokerRecord registration() {
        BrokerEndpointCollection endpoints = new BrokerEndpointCollection();
        endpoints.add(new BrokerEndpoint()
                .setName(LISTENER.value())
                .setHost("localhost")
                .setPort(9092)
                .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
        return new RegisterBrokerRecord()
                .setBrokerId(BROKER_ID)
                .setBrokerEpoch(1)
                .setIncarnationId(Uuid.ONE_UUID)
                .setEndPoints(endpoints)
                .setFenced(false);
    }

    /** Another broker process over the same logs and the same topics, as after a restart; close this one first. */
    GroupFixture restarted() {
        GroupFixture next = new GroupFixture(config, Access.EVERYONE);
        next.topicIds.putAll(topicIds);
        next.publish(records(metadata.currentImage()));
        return next;
    }

    private static List<ApiMessage> records(MetadataImage image) {
        RecordListWriter writer = new RecordListWriter();
        image.write(writer, new ImageWriterOptions.Builder(MetadataVersion.LATEST_PRODUCTION).build());
        return writer.records().stream().map(ApiMessageAndVersion::message).toList();
    }

    private final class Creation implements InternalTopicCreation {
        @Override
        public CompletableFuture<Errors> create(String topic) {
            created.add(topic);
            createTopic(topic, OFFSETS_PARTITIONS);
            return CompletableFuture.completedFuture(Errors.NONE);
        }

        @Override
        public CompletableFuture<ApiError> create(CreatableTopic topic, KafkaPrincipal principal) {
            created.add(topic.name());
            createTopic(topic.name(), topic.numPartitions());
            return CompletableFuture.completedFuture(ApiError.NONE);
        }
    }

    /** The internal topics that were created on demand. */
    List<String> createdOnDemand() {
        return created;
    }

    /** Creates a topic that this broker leads, and returns its id. */
    Uuid createTopic(String name, int partitionCount) {
        Uuid id = Uuid.randomUuid();
        topicIds.put(name, id);
        List<ApiMessage> records = new ArrayList<>();
        records.add(new TopicRecord().setName(name).setTopicId(id));
        if (name.equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
            records.add(new ConfigRecord()
                    .setResourceType((byte) 2)
                    .setResourceName(name)
                    .setName("cleanup.policy")
                    .setValue("compact"));
        }
        for (int index = 0; index < partitionCount; index++) {
            records.add(new PartitionRecord()
                    .setTopicId(id)
                    .setPartitionId(index)
                    .setReplicas(List.of(BROKER_ID))
                    .setIsr(List.of(BROKER_ID))
                    .setLeader(BROKER_ID)
                    .setLeaderEpoch(0)
                    .setPartitionEpoch(0));
        }
        publish(records);
        return id;
    }

    void deleteTopic(String name) {
        publish(List.of(new RemoveTopicRecord().setTopicId(topicIds.remove(name))));
    }

    /** Has the controller elect this broker once more: every partition's leader epoch grows. */
    void reelect(String name) {
        publish(metadata.currentImage().topics().getTopic(name).partitions().keySet().stream()
                .map(index -> new PartitionChangeRecord()
                        .setTopicId(topicIds.get(name))
                        .setPartitionId(index)
                        .setLeader(BROKER_ID))
                .toList());
    }

    /** Applies metadata records as one change. */
    void publish(List<? extends ApiMessage> records) {
        MetadataDelta delta =
                new MetadataDelta.Builder().setImage(metadata.currentImage()).build();
        records.forEach(delta::replay);
        metadataOffset += records.size();
        MetadataImage image = delta.apply(new MetadataProvenance(metadataOffset, 1, 0, true));
        metadata.setImage(image);
        LogDeltaManifest manifest = new LogDeltaManifest.Builder()
                .provenance(image.provenance())
                .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
                .numBatches(1)
                .elapsedNs(1)
                .numBytes(1)
                .build();
        publishers.forEach(publisher -> publisher.onMetadataUpdate(delta, image, manifest));
    }

    /** Creates {@code __consumer_offsets} and waits until the group's coordinator is ready, as a client does. */
    GroupFixture ready(String groupId) {
        call(ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey(groupId));
        return this;
    }

    <T extends AbstractResponse> T call(ApiKeys key, ApiMessage data) {
        return call(key, key.latestVersion(), data);
    }

    <T extends AbstractResponse> T call(ApiKeys key, int version, ApiMessage data) {
        return answer(send(key, version, data));
    }

    /** The answer of {@link #send}, which must come. */
    static <T extends AbstractResponse> T answer(CompletableFuture<T> pending) {
        try {
            return pending.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("No answer", e);
        }
    }

    /** Handles a request as the network does, from and to bytes. */
    <T extends AbstractResponse> CompletableFuture<T> send(ApiKeys key, int version, ApiMessage data) {
        short apiVersion = (short) version;
        AbstractRequest request = AbstractRequest.parseRequest(
                        key, apiVersion, MessageUtil.toByteBufferAccessor(data, apiVersion))
                .request;
        ApiHandler<AbstractRequest> handler = apis.find(key, apiVersion);
        CompletableFuture<? extends AbstractResponse> pending;
        try {
            pending = handler.handle(context(key, apiVersion), request);
        } catch (RuntimeException e) {
            pending = CompletableFuture.failedFuture(e);
        }
        return pending.<AbstractResponse>handle(
                        (response, failure) -> failure == null ? response : request.getErrorResponse(failure))
                .thenApply(response -> reparsed(key, apiVersion, response));
    }

    @SuppressWarnings("unchecked")
    private static <T extends AbstractResponse> T reparsed(ApiKeys key, short version, AbstractResponse response) {
        return (T) AbstractResponse.parseResponse(
                key, MessageUtil.toByteBufferAccessor(response.data(), version), version);
    }

    private static RequestContext context(ApiKeys key, short version) {
        return new RequestContext(
                new RequestHeader(key, version, "test", 1),
                "1",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                LISTENER,
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
    }

    GroupCoordinators coordinators() {
        return coordinators;
    }

    Partitions partitions() {
        return partitions;
    }

    void append(String topic, int partition, MemoryRecords records) {
        partitions.leader(new TopicPartition(topic, partition)).appendFromClient(records, (short) 1);
    }

    @Override
    public void close() {
        coordinators.close();
        shares.close();
        transactions.close();
        partitions.close();
        store.close();
        metrics.close();
        try {
            scheduler.shutdown();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
