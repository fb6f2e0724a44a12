package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Endpoints;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.KafkaRaftClientDriver;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.raft.RaftLog;
import org.apache.kafka.raft.TimingWheelExpirationService;
import org.apache.kafka.raft.internals.KafkaRaftLog;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metadata log and this node's seat in its quorum. Started and closed by {@link EmbeddedController}. */
final class RaftNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

    static final ListenerName LISTENER = new ListenerName(BrokerConfig.CONTROLLER_LISTENER);
    /** Where the one voter would be reached; nothing listens there. */
    static final InetSocketAddress VOTER_ADDRESS = InetSocketAddress.createUnresolved("localhost", 9093);

    private static final String THREADS = "raft";

    private final Path directory;
    private final KafkaScheduler scheduler = new KafkaScheduler(1, true, THREADS + "-scheduler-");
    private final SystemTimer timer = new SystemTimer("raft-expiration");
    private final TimingWheelExpirationService expiration = new TimingWheelExpirationService(timer);
    private final RaftLog log;
    private final KafkaRaftClient<ApiMessageAndVersion> client;
    private final KafkaRaftClientDriver<ApiMessageAndVersion> driver;
    private final Metrics metrics;
    private final Time time;

    RaftNode(BrokerConfig config, MetadataFormat format, Metrics metrics, Time time, Faults faults) {
        this.metrics = metrics;
        this.time = time;
        this.directory = config.dataDirectory()
                .resolve(Topic.CLUSTER_METADATA_TOPIC_NAME + "-" + Topic.CLUSTER_METADATA_TOPIC_PARTITION.partition());
        scheduler.startup();
        LogContext context = new LogContext("[Raft id=" + format.nodeId() + "] ");
        this.log = openLog(config, format.nodeId());
        this.client = new KafkaRaftClient<>(
                OptionalInt.of(format.nodeId()),
                format.directoryId(),
                MetadataRecordSerde.INSTANCE,
                new SoleVoterChannel(LISTENER),
                log,
                time,
                expiration,
                context,
                true,
                format.clusterId(),
                List.of(VOTER_ADDRESS),
                Endpoints.fromInetSocketAddresses(Map.of(LISTENER, VOTER_ADDRESS)),
                Feature.KRAFT_VERSION.supportedVersionRange(),
                new QuorumConfig(config));
        this.driver = new KafkaRaftClientDriver<>(client, THREADS, faults.fatal("metadata log"), context);
    }

    private RaftLog openLog(BrokerConfig config, int nodeId) {
        try {
            return createLog(config, nodeId);
        } catch (RuntimeException e) {
            closeTimers();
            throw e;
        }
    }

    private RaftLog createLog(BrokerConfig config, int nodeId) {
        try {
            Files.createDirectories(directory);
            return KafkaRaftLog.createLog(
                    Topic.CLUSTER_METADATA_TOPIC_PARTITION,
                    Uuid.METADATA_TOPIC_ID,
                    directory.toFile(),
                    time,
                    scheduler,
                    new MetadataLogConfig(config),
                    nodeId);
        } catch (IOException e) {
            throw new KafkaException("Cannot open the metadata log in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Reads the log, stands for election and starts the thread that drives the client. */
    void start() {
        client.initialize(
                Map.of(),
                new QuorumStateFile(directory.resolve(FileQuorumStateStore.DEFAULT_FILE_NAME)),
                metrics,
                ignoredStaticVoters -> {});
        driver.start();
    }

    KafkaRaftClient<ApiMessageAndVersion> client() {
        return client;
    }

    /** Answers a request of the raft protocol. */
    CompletableFuture<ApiMessage> handle(RequestContext context, ApiMessage request) {
        return driver.handleRequest(context, context.header, request, time.milliseconds());
    }

    private void closeTimers() {
        Utils.swallow(LOG, expiration::shutdown);
        Utils.closeQuietly(timer, "raft timer");
        Utils.swallow(LOG, scheduler::shutdown);
    }

    @Override
    public void close() {
        Utils.swallow(LOG, expiration::shutdown);
        Utils.closeQuietly(timer, "raft timer");
        Utils.swallow(LOG, driver::shutdown);
        Utils.swallow(LOG, scheduler::shutdown);
        Utils.closeQuietly(log, "metadata log");
    }
}
