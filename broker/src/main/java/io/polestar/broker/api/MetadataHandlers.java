package io.polestar.broker.api;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.config.ConfigChecks;
import io.polestar.broker.config.ConfigDescriptions;
import io.polestar.broker.config.LoggerChanges;
import io.polestar.broker.config.LoggerLevels;
import io.polestar.broker.config.MetricsSubscriptions;
import io.polestar.broker.controller.EmbeddedController;
import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.controller.TopicCreation;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/** The APIs that read and change the cluster's metadata. */
public final class MetadataHandlers {
    private MetadataHandlers() {}

    /** @param subscriptions to be among the metadata publishers as well, as the quotas */
    public static List<ApiHandler<?>> all(
            BrokerConfig config,
            EmbeddedController controller,
            TopicCreation creation,
            MetricsSubscriptions subscriptions,
            ClientQuotas quotas,
            Access access) {
        List<ApiHandler<?>> all = new ArrayList<>();
        all.addAll(ofCluster(config, controller, creation, quotas, access));
        all.addAll(ofTopics(config, controller, quotas, access));
        all.addAll(ofReplicas(controller, access));
        all.addAll(ofClients(controller, access));
        all.addAll(ofConfigs(config, controller, access));
        all.add(new GetTelemetrySubscriptionsHandler(subscriptions.clients()));
        all.add(new PushTelemetryHandler(subscriptions.clients()));
        return all;
    }

    private static List<ApiHandler<?>> ofCluster(
            BrokerConfig config,
            EmbeddedController controller,
            TopicCreation creation,
            ClientQuotas quotas,
            Access access) {
        KRaftMetadataCache cache = controller.metadataCache();
        boolean autoCreate = config.getBoolean(ServerLogConfigs.AUTO_CREATE_TOPICS_ENABLE_CONFIG);
        int pageSize = config.getInt(ServerConfigs.MAX_REQUEST_PARTITION_SIZE_LIMIT_CONFIG);
        return List.of(
                new MetadataHandler(controller.clusterId(), autoCreate, cache, creation, quotas, access),
                new DescribeTopicPartitionsHandler(cache, pageSize, access),
                new DescribeClusterHandler(controller.clusterId(), cache, access),
                new DescribeQuorumHandler(controller, access),
                new UpdateFeaturesHandler(controller.changes(), access));
    }

    private static List<ApiHandler<?>> ofTopics(
            BrokerConfig config, EmbeddedController controller, ClientQuotas quotas, Access access) {
        MetadataChanges changes = controller.changes();
        return List.of(
                new CreateTopicsHandler(changes, controller.metadataCache(), quotas, access),
                new DeleteTopicsHandler(
                        config.getBoolean(ServerConfigs.DELETE_TOPIC_ENABLE_CONFIG), changes, quotas, access),
                new CreatePartitionsHandler(changes, controller.metadataCache(), quotas, access));
    }

    private static List<ApiHandler<?>> ofReplicas(EmbeddedController controller, Access access) {
        MetadataChanges changes = controller.changes();
        return List.of(
                new ElectLeadersHandler(changes, access),
                new AlterPartitionReassignmentsHandler(changes, access),
                new ListPartitionReassignmentsHandler(changes, access),
                new UnregisterBrokerHandler(changes, access),
                new AddRaftVoterHandler(controller, access),
                new RemoveRaftVoterHandler(controller, access));
    }

    private static List<ApiHandler<?>> ofClients(EmbeddedController controller, Access access) {
        KRaftMetadataCache cache = controller.metadataCache();
        return List.of(
                new DescribeClientQuotasHandler(cache, access),
                new AlterClientQuotasHandler(controller.changes(), access),
                new DescribeUserScramCredentialsHandler(cache, access),
                new AlterUserScramCredentialsHandler(controller.changes(), access));
    }

    private static List<ApiHandler<?>> ofConfigs(BrokerConfig config, EmbeddedController controller, Access access) {
        LoggerLevels levels = LoggerLevels.current();
        LoggerChanges loggers = new LoggerChanges(config.nodeId(), levels);
        ConfigChecks checks = new ConfigChecks(config, controller.metadataCache(), access);
        ConfigDescriptions descriptions = new ConfigDescriptions(config, controller.metadataCache(), levels);
        return List.of(
                new DescribeConfigsHandler(descriptions, access),
                new IncrementalAlterConfigsHandler(controller.changes(), checks, loggers),
                new AlterConfigsHandler(controller.changes(), checks),
                new ListConfigResourcesHandler(controller.metadataCache(), access));
    }
}
