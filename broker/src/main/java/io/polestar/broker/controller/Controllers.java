package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.policy.AlterConfigPolicy;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/** Builds Kafka's controller from the broker's settings. */
final class Controllers {
    private Controllers() {}

    static QuorumController build(
            BrokerConfig config,
            MetadataFormat format,
            RaftClient<ApiMessageAndVersion> raft,
            ControllerActivation activation,
            Time time,
            Faults faults)
            throws Exception {
        return new QuorumController.Builder(format.nodeId(), format.clusterId())
                .setTime(time)
                .setThreadNamePrefix("controller-")
                .setConfigSchema(BrokerConfig.SCHEMA)
                .setRaftClient(raft)
                .setQuorumFeatures(ClusterFeatures.ofQuorum(format.nodeId()))
                .setDefaultReplicationFactor(config.getInt(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG)
                        .shortValue())
                .setDefaultNumPartitions(config.getInt(ServerLogConfigs.NUM_PARTITIONS_CONFIG))
                .setSessionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(sessionTimeoutMs(config)))
                .setLeaderImbalanceCheckIntervalNs(leaderImbalanceCheckNs(config))
                .setMaxIdleIntervalNs(maxIdleNs(config))
                .setMetrics(activation)
                .setCreateTopicPolicy(
                        policy(config, ServerLogConfigs.CREATE_TOPIC_POLICY_CLASS_NAME_CONFIG, CreateTopicPolicy.class))
                .setAlterConfigPolicy(
                        policy(config, ServerLogConfigs.ALTER_CONFIG_POLICY_CLASS_NAME_CONFIG, AlterConfigPolicy.class))
                .setConfigurationValidator(new ConfigRules(config))
                .setSupportedConfigChecker(new SupportedConfigs())
                .setStaticConfig(config.originals())
                .setBootstrapMetadata(format.bootstrap())
                .setFatalFaultHandler(faults.fatal("controller"))
                .setNonFatalFaultHandler(faults.nonFatal("controller"))
                .setUncleanLeaderElectionCheckIntervalMs(
                        config.getLong(ReplicationConfigs.UNCLEAN_LEADER_ELECTION_INTERVAL_MS_CONFIG))
                .build();
    }

    static int sessionTimeoutMs(BrokerConfig config) {
        return config.getInt(KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG);
    }

    private static <T> Optional<T> policy(BrokerConfig config, String name, Class<T> type) {
        return Optional.ofNullable(config.getConfiguredInstance(name, type));
    }

    private static OptionalLong leaderImbalanceCheckNs(BrokerConfig config) {
        if (!config.getBoolean(ReplicationConfigs.AUTO_LEADER_REBALANCE_ENABLE_CONFIG)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(TimeUnit.SECONDS.toNanos(
                config.getLong(ReplicationConfigs.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS_CONFIG)));
    }

    private static OptionalLong maxIdleNs(BrokerConfig config) {
        int idleMs = config.getInt(MetadataLogConfig.METADATA_MAX_IDLE_INTERVAL_MS_CONFIG);
        return idleMs == 0 ? OptionalLong.empty() : OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(idleMs));
    }
}
