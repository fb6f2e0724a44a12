package io.polestar.ops;

import java.util.List;

/**
 * Where classes of Kafka are used that are no API of its own: an upgrade of Kafka touches these parts alone.
 *
 * @param part of Polestar
 * @param reason why it needs them
 * @param prefixes of the names of the classes it may use
 */
record KafkaInternals(String part, String reason, List<String> prefixes) {
    private static final String KAFKA = "org.apache.kafka.";

    /** Messages, requests, records, errors and configs, and the clients: Kafka's wire and API. */
    private static final List<String> EVERYBODYS = List.of(KAFKA + "common.", KAFKA + "clients.");

    static final List<KafkaInternals> ALL = List.of(
            uses(
                    Part.SETTINGS,
                    "the names and definitions of Kafka's broker and topic configs",
                    "metadata.KafkaConfigSchema",
                    "storage.internals.log.LogConfig",
                    "storage.internals.log.CleanerConfig",
                    "server.config.",
                    "network.SocketServerConfigs",
                    "raft.KRaftConfigs",
                    "raft.MetadataLogConfig",
                    "raft.QuorumConfig",
                    "coordinator.group.GroupCoordinatorConfig",
                    "coordinator.share.ShareCoordinatorConfig",
                    "coordinator.transaction.TransactionLogConfig"),
            uses(
                    "broker",
                    "the composition root builds the fetch sessions and the scheduler",
                    "network.SocketServerConfigs",
                    "server.config.",
                    "server.util.",
                    "server.Fetch",
                    "server.ClientMetricsManager",
                    "server.metrics.ClientTelemetryExporterPlugin",
                    "server.network.ConnectionDisconnectListener",
                    "image.",
                    "metadata.KRaftMetadataCache",
                    "metadata.MetadataCache",
                    "metadata.ListenerInfo"),
            uses(
                    "broker.controller",
                    "KRaft runs here: quorum, controller, metadata image, registration",
                    "raft.",
                    "controller.",
                    "metadata.",
                    "image.",
                    "server.",
                    "coordinator.",
                    "storage.internals.log.LogConfig"),
            uses(
                    "broker.topic",
                    "Kafka's checks of batches, its producer state and its leader epochs, and topics as the image has them",
                    "storage.internals.",
                    "image.",
                    "metadata.KafkaConfigSchema",
                    "metadata.PartitionRegistration",
                    "coordinator.transaction.",
                    "server.config.",
                    "server.common.",
                    "server.record.",
                    "server.util."),
            uses(
                    "broker.hub.view",
                    "topics as the image has them",
                    "image.",
                    "metadata.PartitionRegistration",
                    "server.common.OffsetAndEpoch",
                    "server.util.Scheduler"),
            uses(
                    "broker.coordinator",
                    "what Kafka's coordinators are loaded by, and topics as the image has them",
                    "coordinator.common.runtime.",
                    "image.",
                    "metadata.PartitionRegistration"),
            uses(
                    "broker.txn",
                    "Kafka's transaction states and their records",
                    "coordinator.common.runtime.Deserializer",
                    "coordinator.common.runtime.CoordinatorLoader",
                    "coordinator.common.runtime.CoordinatorPlayback",
                    "coordinator.transaction.",
                    "image.",
                    "metadata.PartitionRegistration",
                    "server.common.TransactionVersion",
                    "server.config.",
                    "storage.internals.log.VerificationGuard"),
            uses(
                    "broker.group",
                    "the group coordinator runs here",
                    "coordinator.",
                    "image.",
                    "metadata.PartitionRegistration",
                    "server.authorizer.",
                    "server.share.persister.",
                    "server.common.ApiMessageAndVersion",
                    "server.util.",
                    "server.config.",
                    "storage.internals.log.LogConfig",
                    "storage.internals.log.VerificationGuard"),
            uses(
                    "broker.share",
                    "the share coordinator runs here, and Kafka's share sessions are used",
                    "coordinator.common.runtime.",
                    "coordinator.group.GroupConfig",
                    "coordinator.group.ShareGroupAutoOffsetResetStrategy",
                    "coordinator.group.modern.share.",
                    "coordinator.share.",
                    "image.",
                    "metadata.PartitionRegistration",
                    "server.common.ApiMessageAndVersion",
                    "server.network.ConnectionDisconnectListener",
                    "server.share.",
                    "server.util.",
                    "storage.internals.log.VerificationGuard"),
            uses(
                    "broker.config",
                    "which configs there are, their types, and their values in the image",
                    "image.",
                    "metadata.KRaftMetadataCache",
                    "metadata.MetadataCache",
                    "metadata.KafkaConfigSchema",
                    "coordinator.group.GroupConfig",
                    "coordinator.group.GroupCoordinatorConfig",
                    "coordinator.group.modern.share.ShareGroupConfig",
                    "coordinator.share.ShareCoordinatorConfig",
                    "coordinator.transaction.TransactionLogConfig",
                    "network.SocketServer",
                    "server.config.",
                    "server.metrics.",
                    "server.ClientMetricsManager",
                    "server.DynamicThreadPool",
                    "storage.internals.log.CleanerConfig",
                    "storage.internals.log.LogCleaner",
                    "storage.internals.log.LogConfig"),
            uses(
                    "broker.api",
                    "what the handlers ask and get answers from",
                    "controller.Controller",
                    "controller.ResultOrError",
                    "coordinator.group.Group",
                    "coordinator.group.streams.StreamsGroupHeartbeatResult",
                    "coordinator.share.ShareCoordinator",
                    "image.MetadataImage",
                    "image.ConfigurationsImage",
                    "image.FeaturesImage",
                    "metadata.KRaftMetadataCache",
                    "metadata.LeaderAndIsr",
                    "metadata.MetadataCache",
                    "server.ClientMetricsManager",
                    "server.Fetch",
                    "server.common.",
                    "server.config.",
                    "server.quota.ControllerMutationQuota",
                    "server.share.SharePartitionKey",
                    "server.share.context.ShareFetchContext",
                    "server.share.ErroneousAndValidPartitionData",
                    "storage.internals.log.BatchMetadata",
                    "storage.internals.log.ProducerStateEntry",
                    "storage.internals.log.RecordValidationException",
                    "storage.internals.log.VerificationGuard"),
            uses(
                    "broker.quota",
                    "Kafka's counters of what clients take, and the quotas as the image has them",
                    "image.",
                    "metadata.MetadataCache",
                    "network.Session",
                    "server.config.",
                    "server.quota."),
            uses(
                    "broker.telemetry",
                    "what clients push, in OpenTelemetry's form, and the plugins that take it",
                    "server.authorizer.AuthorizableRequestContext",
                    "server.metrics.",
                    "server.telemetry.",
                    "shaded.io.opentelemetry.proto."),
            uses("broker.security", "which operations a resource has", "security.authorizer.AclEntry"),
            uses(
                    "broker.net",
                    "listeners and limits by Kafka's names",
                    "network.SocketServerConfigs",
                    "server.config."),
            uses(
                    "testing",
                    "the names of Kafka's broker configs",
                    "server.config.",
                    "network.SocketServerConfigs",
                    "coordinator.group.GroupCoordinatorConfig"),
            uses("ops", "the names of Kafka's broker configs", "server.config.", "network.SocketServerConfigs"));

    private static KafkaInternals uses(String part, String reason, String... prefixes) {
        return new KafkaInternals(
                part, reason, List.of(prefixes).stream().map(KAFKA::concat).toList());
    }

    static boolean mayUse(Part part, String className) {
        return !className.startsWith(KAFKA)
                || startsWithAny(className, EVERYBODYS)
                || ALL.stream()
                        .anyMatch(uses -> uses.part.equals(part.name()) && startsWithAny(className, uses.prefixes));
    }

    private static boolean startsWithAny(String name, List<String> prefixes) {
        return prefixes.stream().anyMatch(name::startsWith);
    }
}
