package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.server.record.BrokerCompressionType;

/** How a topic is created that nobody described: the coordinators' own as Kafka does it, others with the broker's defaults. */
final class TopicTemplates {
    private final GroupCoordinatorConfig groups;
    private final TransactionLogConfig transactions;
    private final ShareCoordinatorConfig shares;

    TopicTemplates(BrokerConfig config) {
        this.groups = new GroupCoordinatorConfig(config);
        this.transactions = new TransactionLogConfig(config);
        this.shares = new ShareCoordinatorConfig(config);
    }

    CreatableTopic describe(String name) {
        return switch (name) {
            case Topic.GROUP_METADATA_TOPIC_NAME -> offsets();
            case Topic.TRANSACTION_STATE_TOPIC_NAME -> transactionStates();
            case Topic.SHARE_GROUP_STATE_TOPIC_NAME -> shareStates();
            default ->
                topic(name, CreateTopicsRequest.NO_NUM_PARTITIONS, CreateTopicsRequest.NO_REPLICATION_FACTOR, Map.of());
        };
    }

    private CreatableTopic offsets() {
        Map<String, Object> configs = Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.COMPRESSION_TYPE_CONFIG, BrokerCompressionType.PRODUCER.name,
                TopicConfig.SEGMENT_BYTES_CONFIG, groups.offsetsTopicSegmentBytes());
        return topic(
                Topic.GROUP_METADATA_TOPIC_NAME,
                groups.offsetsTopicPartitions(),
                groups.offsetsTopicReplicationFactor(),
                configs);
    }

    private CreatableTopic transactionStates() {
        Map<String, Object> configs = Map.of(
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                false,
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                BrokerCompressionType.UNCOMPRESSED.name,
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                transactions.transactionTopicMinISR(),
                TopicConfig.SEGMENT_BYTES_CONFIG,
                transactions.transactionTopicSegmentBytes());
        return topic(
                Topic.TRANSACTION_STATE_TOPIC_NAME,
                transactions.transactionTopicPartitions(),
                transactions.transactionTopicReplicationFactor(),
                configs);
    }

    private CreatableTopic shareStates() {
        Map<String, Object> configs = Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                BrokerCompressionType.PRODUCER.name,
                TopicConfig.SEGMENT_BYTES_CONFIG,
                shares.shareCoordinatorStateTopicSegmentBytes(),
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                shares.shareCoordinatorStateTopicMinIsr(),
                TopicConfig.RETENTION_MS_CONFIG,
                -1);
        return topic(
                Topic.SHARE_GROUP_STATE_TOPIC_NAME,
                shares.shareCoordinatorStateTopicNumPartitions(),
                shares.shareCoordinatorStateTopicReplicationFactor(),
                configs);
    }

    private static CreatableTopic topic(
            String name, int partitions, short replicationFactor, Map<String, Object> configs) {
        CreatableTopic topic =
                new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor(replicationFactor);
        configs.forEach((key, value) ->
                topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value.toString())));
        return topic;
    }
}
