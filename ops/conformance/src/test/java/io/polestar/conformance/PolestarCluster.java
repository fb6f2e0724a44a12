package io.polestar.conformance;

import static org.apache.kafka.clients.consumer.GroupProtocol.CLASSIC;
import static org.apache.kafka.clients.consumer.GroupProtocol.CONSUMER;
import static org.awaitility.Awaitility.await;

import io.polestar.broker.BrokerConfig;
import io.polestar.testing.PolestarBroker;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.ControllerServer;
import kafka.server.KafkaBroker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.fault.FaultHandlerException;

/**
 * A Polestar in the place of a cluster that a test of Kafka's asked for. It is one node, so a topic has one replica, however
 * many the test wants. Used by the test's thread.
 */
public final class PolestarCluster implements ClusterInstance {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final int NODE_ID = 0;
    private static final Map<String, String> AS_OF_KAFKAS_TESTS = Map.of("node.id", Integer.toString(NODE_ID));

    /** What says how many brokers there are; with one, its own defaults are right. */
    private static final Set<String> OF_A_LARGER_CLUSTER = Set.of(
            "default.replication.factor",
            "min.insync.replicas",
            "offsets.topic.replication.factor",
            "share.coordinator.state.topic.min.isr",
            "share.coordinator.state.topic.replication.factor",
            "transaction.state.log.min.isr",
            "transaction.state.log.replication.factor");

    private final ClusterConfig config;
    private final Type type;
    private final KafkaBroker handle = BrokerHandle.of(this, NODE_ID);
    private PolestarBroker broker;
    private volatile boolean serving;

    /** Not started yet. */
    public PolestarCluster(ClusterConfig config, Type type) {
        this.config = config;
        this.type = type;
    }

    /** Starts and stops a broker: what it starts once for each JVM is there from then on. */
    public static void warmUp() {
        // The JDK's own thread for timeouts of futures.
        new CompletableFuture<>()
                .completeOnTimeout(null, 0, TimeUnit.MILLISECONDS)
                .join();
        PolestarBroker.start().close();
    }

    @Override
    public void start() {
        broker = PolestarBroker.start(settings());
        serving = true;
        if (!config.features().isEmpty()) {
            new FinalizedFeatures(this).set(config.features());
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(AS_OF_KAFKAS_TESTS);
        settings.putAll(config.serverProperties());
        settings.putAll(config.perServerOverrideProperties().getOrDefault(NODE_ID, Map.of()));
        settings.keySet().removeAll(OF_A_LARGER_CLUSTER);
        // Kafka ignores a name that it does not know; Polestar says so and does not start.
        settings.keySet().retainAll(BrokerConfig.DEFINITION.names());
        return settings;
    }

    @Override
    public boolean started() {
        return broker != null;
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
        serving = false;
    }

    @Override
    public boolean stopped() {
        return broker != null && !serving;
    }

    @Override
    public void shutdownBroker(int brokerId) {
        if (serving) {
            broker.stop();
            serving = false;
        }
    }

    @Override
    public void startBroker(int brokerId) {
        if (!serving) {
            broker.resume();
            serving = true;
        }
    }

    @Override
    public void waitForReadyBrokers() {
        // A start returns when the broker serves.
    }

    @Override
    public Type type() {
        return type;
    }

    @Override
    public ClusterConfig config() {
        return config;
    }

    @Override
    public Map<Integer, KafkaBroker> brokers() {
        return Map.of(NODE_ID, handle);
    }

    @Override
    public Map<Integer, KafkaBroker> aliveBrokers() {
        return serving ? brokers() : Map.of();
    }

    @Override
    public Map<Integer, ControllerServer> controllers() {
        return Map.of();
    }

    @Override
    public Set<Integer> controllerIds() {
        return Set.of(NODE_ID);
    }

    @Override
    public List<Integer> brokerBoundPorts() {
        String bootstrap = bootstrapServers();
        return List.of(Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1)));
    }

    @Override
    public List<Authorizer> authorizers() {
        return List.of();
    }

    @Override
    public ListenerName clientListener() {
        return ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
    }

    @Override
    public ListenerName controllerListenerName() {
        return new ListenerName("CONTROLLER");
    }

    @Override
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    @Override
    public String bootstrapControllers() {
        throw new UnsupportedOperationException("Polestar's controller has no listener");
    }

    @Override
    public String clusterId() {
        try (Admin admin = admin()) {
            return admin.describeCluster().clusterId().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Set<GroupProtocol> supportedGroupProtocols() {
        boolean classicOnly = config.features().getOrDefault(Feature.GROUP_VERSION, (short) 1) == 0;
        return classicOnly ? Set.of(CLASSIC) : Set.of(CLASSIC, CONSUMER);
    }

    @Override
    public Optional<FaultHandlerException> firstFatalException() {
        return Optional.empty();
    }

    @Override
    public Optional<FaultHandlerException> firstNonFatalException() {
        return Optional.empty();
    }

    @Override
    public void createTopic(String topicName, int partitions, short replicas, Map<String, String> props)
            throws InterruptedException {
        create(new NewTopic(topicName, partitions, (short) 1).configs(props));
    }

    @Override
    public void createTopicWithAssignment(String topicName, Map<Integer, List<Integer>> replicaAssignment)
            throws InterruptedException {
        create(new NewTopic(topicName, replicaAssignment.size(), (short) 1));
    }

    /** As in Kafka's, a topic may be there already. */
    private void create(NewTopic topic) throws InterruptedException {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void waitTopicCreation(String topic, int partitions) {
        awaitPartitions(topic, partitions);
    }

    @Override
    public void waitTopicDeletion(String topic) {
        awaitPartitions(topic, 0);
    }

    private void awaitPartitions(String topic, int partitions) {
        try (Admin admin = admin()) {
            await(topic).atMost(WAIT).until(() -> partitions(admin, topic) == partitions);
        }
    }

    private static int partitions(Admin admin, String topic) throws InterruptedException, ExecutionException {
        if (!admin.listTopics().names().get().contains(topic)) {
            return 0;
        }
        var described = admin.describeTopics(List.of(topic)).allTopicNames().get();
        return described.get(topic).partitions().size();
    }

    @Override
    public void ensureConsistentMetadata() {
        // An admin request is answered when this broker has applied it.
    }

    @Override
    public void ensureConsistentMetadata(Collection<KafkaBroker> brokers, Collection<ControllerServer> controllers) {
        ensureConsistentMetadata();
    }
}
