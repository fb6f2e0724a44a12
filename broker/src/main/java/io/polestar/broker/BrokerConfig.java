package io.polestar.broker;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Reconfigurable;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * The broker's settings: Kafka's broker configs by their own names, types and checks, and those of {@link
 * PolestarConfigs}. Immutable, but for what Kafka's coordinators ask it anew each time: see {@link #follow}. A default that
 * differs from Kafka's stands in {@link #SINGLE_NODE_DEFAULTS}.
 */
public final class BrokerConfig extends AbstractKafkaConfig {

    /** Kafka's broker definition and ours together. */
    public static final ConfigDef DEFINITION =
            Utils.mergeConfigs(List.of(AbstractKafkaConfig.CONFIG_DEF, PolestarConfigs.DEFINITION));

    /** Kafka's topic configs and ours together. */
    public static final ConfigDef TOPIC_DEFINITION =
            Utils.mergeConfigs(List.of(LogConfig.configDefCopy(), PolestarTopicConfigs.DEFINITION));

    /** The broker's and the topics' configs with their synonyms, as Kafka's modules resolve them. */
    public static final KafkaConfigSchema SCHEMA = new KafkaConfigSchema(
            Map.of(ConfigResource.Type.BROKER, DEFINITION, ConfigResource.Type.TOPIC, TOPIC_DEFINITION), synonyms());

    /** The name of the listener that the controller would have; with one node nothing listens on it. */
    public static final String CONTROLLER_LISTENER = "CONTROLLER";

    private static final int NODE_ID = 1;
    private static final String OF_LISTENER = "listener.name.";

    /** What one node in one process needs set, where Kafka's own default is for a cluster or absent. */
    public static final Map<String, String> SINGLE_NODE_DEFAULTS = Map.ofEntries(
            Map.entry(KRaftConfigs.PROCESS_ROLES_CONFIG, "broker,controller"),
            Map.entry(KRaftConfigs.NODE_ID_CONFIG, Integer.toString(NODE_ID)),
            Map.entry(KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG, CONTROLLER_LISTENER),
            Map.entry(QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG, "localhost:9093"),
            Map.entry(QuorumConfig.QUORUM_LINGER_MS_CONFIG, "0"),
            // Kafka's standbys watch these no-op records; here nobody does, and each costs a force.
            Map.entry(MetadataLogConfig.METADATA_MAX_IDLE_INTERVAL_MS_CONFIG, "0"),
            // Nobody takes over from the only broker: a long pause must not fence it.
            Map.entry(KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG, "600000"),
            // A start replays what was written since the last snapshot, and each start writes a few records a
            // partition.
            Map.entry(MetadataLogConfig.METADATA_SNAPSHOT_MAX_NEW_RECORD_BYTES_CONFIG, "1048576"),
            // Taken while a log is compacted, and for the keys there are: a million and more at once.
            Map.entry(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP, "33554432"),
            Map.entry(SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://127.0.0.1:9092"),
            Map.entry(ServerLogConfigs.LOG_DIR_CONFIG, "polestar-data"),
            Map.entry(GroupCoordinatorConfig.OFFSETS_TOPIC_REPLICATION_FACTOR_CONFIG, "1"),
            Map.entry(GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG, "0"),
            // A member of the consumer protocol learns of a rebalance at its next heartbeat: Kafka's 5 s are the wait.
            Map.entry(GroupCoordinatorConfig.CONSUMER_GROUP_HEARTBEAT_INTERVAL_MS_CONFIG, "500"),
            Map.entry(GroupCoordinatorConfig.CONSUMER_GROUP_MIN_HEARTBEAT_INTERVAL_MS_CONFIG, "100"),
            Map.entry(GroupCoordinatorConfig.CONSUMER_GROUP_ASSIGNMENT_INTERVAL_MS_CONFIG, "0"),
            // The same of an instance of a Kafka Streams application, and of a member of a share group.
            Map.entry(GroupCoordinatorConfig.STREAMS_GROUP_HEARTBEAT_INTERVAL_MS_CONFIG, "500"),
            Map.entry(GroupCoordinatorConfig.STREAMS_GROUP_MIN_HEARTBEAT_INTERVAL_MS_CONFIG, "100"),
            Map.entry(GroupCoordinatorConfig.STREAMS_GROUP_ASSIGNMENT_INTERVAL_MS_CONFIG, "0"),
            Map.entry(GroupCoordinatorConfig.STREAMS_GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG, "0"),
            Map.entry(GroupCoordinatorConfig.SHARE_GROUP_HEARTBEAT_INTERVAL_MS_CONFIG, "500"),
            Map.entry(GroupCoordinatorConfig.SHARE_GROUP_MIN_HEARTBEAT_INTERVAL_MS_CONFIG, "100"),
            Map.entry(GroupCoordinatorConfig.SHARE_GROUP_ASSIGNMENT_INTERVAL_MS_CONFIG, "0"),
            Map.entry(TransactionLogConfig.TRANSACTIONS_TOPIC_REPLICATION_FACTOR_CONFIG, "1"),
            Map.entry(TransactionLogConfig.TRANSACTIONS_TOPIC_MIN_ISR_CONFIG, "1"),
            Map.entry(ShareCoordinatorConfig.STATE_TOPIC_REPLICATION_FACTOR_CONFIG, "1"),
            Map.entry(ShareCoordinatorConfig.STATE_TOPIC_MIN_ISR_CONFIG, "1"));

    /** Dynamic configs that Kafka's coordinators know no other way to learn of. */
    private static final Set<String> ASKED_ANEW = Stream.concat(
                    GroupCoordinatorConfig.RECONFIGURABLE_CONFIGS.stream(),
                    ShareCoordinatorConfig.RECONFIGURABLE_CONFIGS.stream())
            .collect(Collectors.toUnmodifiableSet());

    private volatile BrokerConfig followed;

    private static Map<String, List<ConfigSynonym>> synonyms() {
        Map<String, List<ConfigSynonym>> all = new HashMap<>(ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);
        all.putAll(PolestarTopicConfigs.SYNONYMS);
        return all;
    }

    private BrokerConfig(Map<String, String> properties) {
        super(DEFINITION, properties, Map.of(), false);
    }

    /**
     * Reads settings over the defaults.
     *
     * @param given by Kafka's names or ours; an unknown name is refused unless it belongs to a listener or a plugin
     *     (it starts with {@code listener.name.})
     * @throws ConfigException naming the property, its value and what is allowed
     */
    public static BrokerConfig of(Map<String, String> given) {
        refuseUnknown(given);
        Map<String, String> all = new HashMap<>(SINGLE_NODE_DEFAULTS);
        all.putAll(given);
        BrokerConfig config = new BrokerConfig(all);
        config.checkOneDataDirectory();
        return config;
    }

    private static void refuseUnknown(Map<String, String> given) {
        TreeSet<String> unknown = new TreeSet<>();
        for (String name : given.keySet()) {
            if (!DEFINITION.names().contains(name) && !name.startsWith(OF_LISTENER)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new ConfigException("Unknown property " + unknown.first()
                    + ": it is neither a Kafka broker config nor one of " + PolestarConfigs.DEFINITION.names());
        }
    }

    private void checkOneDataDirectory() {
        if (logDirs().size() != 1) {
            throw new ConfigException(
                    ServerLogConfigs.LOG_DIRS_CONFIG, logDirs(), "Polestar keeps its data in exactly one directory");
        }
    }

    /**
     * These settings with dynamic configs over them. What is no broker config is left out.
     *
     * @param layers by name; a later one wins, also over another name of the same setting
     * @throws ConfigException if a value is not allowed
     */
    public BrokerConfig overriddenBy(List<Map<String, String>> layers) {
        Map<String, String> all = new HashMap<>(originalsStrings());
        for (Map<String, String> layer : layers) {
            layer.forEach((name, value) -> {
                if (DEFINITION.names().contains(name) || name.startsWith(OF_LISTENER)) {
                    DynamicBrokerConfig.brokerConfigSynonyms(name, false).forEach(all::remove);
                    all.put(name, value);
                }
            });
        }
        return new BrokerConfig(all);
    }

    /** From here on what Kafka's coordinators ask anew each time is answered as {@code newer} has it. */
    public void follow(BrokerConfig newer) {
        followed = newer;
    }

    @Override
    protected Object get(String key) {
        BrokerConfig newer = followed;
        return newer != null && ASKED_ANEW.contains(key) ? newer.get(key) : super.get(key);
    }

    /** The one data directory. */
    public Path dataDirectory() {
        return Path.of(logDirs().get(0));
    }

    /** Kafka's way to be told of dynamic configs; whoever needs them here follows {@code config.DynamicConfigs}. */
    @Override
    public void addReconfigurable(Reconfigurable reconfigurable) {}

    @Override
    public void removeReconfigurable(Reconfigurable reconfigurable) {}

    /** Requests of one connection that may be in flight. */
    public int clientQueueSize() {
        return getInt(PolestarConfigs.CLIENT_QUEUE_SIZE);
    }

    /** HOST:PORT of the HTTP server, empty for none. */
    public String httpListen() {
        return getString(PolestarConfigs.HTTP_LISTEN);
    }

    /** Where the HTTP server listens. */
    public InetSocketAddress httpAddress() {
        return HostPort.parse(PolestarConfigs.HTTP_LISTEN, httpListen());
    }

    /** {@code fetch.max.bytes}. */
    public int fetchMaxBytes() {
        return getInt(ServerConfigs.FETCH_MAX_BYTES_CONFIG);
    }

    /** {@code max.incremental.fetch.session.cache.slots}. */
    public int maxFetchSessions() {
        return getInt(ServerConfigs.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS_CONFIG);
    }

    /** {@code log.retention.check.interval.ms}. */
    public long retentionCheckIntervalMs() {
        return getLong(ServerLogConfigs.LOG_CLEANUP_INTERVAL_MS_CONFIG);
    }

    /** Partition logs kept open at once. */
    public int maxOpenLogs() {
        return getInt(PolestarConfigs.LOG_OPEN_MAX);
    }

    /** Bytes that must be free in the data directory at the start. */
    public long diskFreeMinBytes() {
        return getLong(PolestarConfigs.DISK_FREE_MIN_BYTES);
    }
}
