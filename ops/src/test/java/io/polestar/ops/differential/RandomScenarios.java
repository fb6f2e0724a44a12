package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Requests and batches with one thing changed at random, by a seed. */
final class RandomScenarios {
    private static final int CHANGES_PER_VERSION = 8;
    private static final int BATCHES = 200;
    private static final String TOPIC = "random";

    private RandomScenarios() {}

    static List<Scenario> all(long seed, int times) {
        return List.of(
                new Scenario("random-fields", session -> fields(session, seed, times * CHANGES_PER_VERSION)),
                new Scenario("random-batches", session -> batches(session, seed, times * BATCHES)));
    }

    private static void fields(Session session, long seed, int changesPerVersion) {
        Uuid id = Admin.create(session, TOPIC, 3, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(3));
        ProduceScenarios.store(session, id, 1, Batches.of(CompressionType.LZ4, Batches.records(3)));
        OffsetCommitScenarios.commit(session, "random-group", TOPIC, 0, 2);
        ShareTemplates.prepare(session, TOPIC);
        Random random = new Random(seed);
        int number = 0;
        for (Map.Entry<ApiKeys, IntFunction<ApiMessage>> template :
                templates(id).entrySet()) {
            ApiKeys key = template.getKey();
            if (key == ApiKeys.DELETE_RECORDS) {
                Admin.create(session, "random-deletions-are-seen", 1, Map.of());
            }
            for (short version : Session.versions(key)) {
                for (int i = 0; i < changesPerVersion; i++) {
                    change(session, key, version, template.getValue().apply(number++), random.nextLong());
                }
            }
        }
    }

    private static void change(Session session, ApiKeys key, short version, ApiMessage request, long seed) {
        JsonNode json;
        try {
            json = Answers.toJson(request, version);
        } catch (RuntimeException e) {
            return; // this version lacks a field of the template
        }
        String what = new Mutation(new Random(seed)).apply(json);
        ApiMessage changed;
        try {
            changed = Answers.fromJson(key, json, version);
        } catch (RuntimeException e) {
            return; // no such request can be written
        }
        session.call(what, key, version, changed);
    }

    private static Map<ApiKeys, IntFunction<ApiMessage>> templates(Uuid id) {
        Map<ApiKeys, IntFunction<ApiMessage>> all = new EnumMap<>(ApiKeys.class);
        all.put(ApiKeys.METADATA, n -> metadata());
        all.put(ApiKeys.FETCH, n -> fetch(id, n % 2 == 0));
        all.put(ApiKeys.LIST_OFFSETS, n -> listOffsets());
        all.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, n -> leaderEpochs());
        all.put(ApiKeys.FIND_COORDINATOR, n -> new FindCoordinatorRequestData().setKey("g"));
        all.put(
                ApiKeys.JOIN_GROUP,
                n -> GroupScenarios.join("random-join-" + n, n % 2 == 0 ? "" : "m", "range", "other")
                        .setSessionTimeoutMs(600_000)
                        .setRebalanceTimeoutMs(600_000));
        all.put(
                ApiKeys.HEARTBEAT,
                n -> new HeartbeatRequestData()
                        .setGroupId("random-group")
                        .setMemberId("m")
                        .setGenerationId(1));
        all.put(
                ApiKeys.SYNC_GROUP,
                n -> new SyncGroupRequestData()
                        .setGroupId("random-group")
                        .setMemberId("m")
                        .setGenerationId(1));
        all.put(
                ApiKeys.LEAVE_GROUP,
                n -> new LeaveGroupRequestData().setGroupId("random-group").setMemberId("m"));
        all.put(ApiKeys.OFFSET_COMMIT, n -> commit(id, n % 2 == 0));
        all.put(
                ApiKeys.DESCRIBE_GROUPS,
                n -> new DescribeGroupsRequestData().setGroups(List.of("random-group", "nothing")));
        all.put(ApiKeys.LIST_GROUPS, n -> new ListGroupsRequestData().setStatesFilter(List.of("PreparingRebalance")));
        all.put(ApiKeys.CREATE_TOPICS, n -> createTopics("random-create-" + n));
        all.put(
                ApiKeys.DELETE_TOPICS,
                n -> new DeleteTopicsRequestData().setTimeoutMs(5_000).setTopicNames(List.of("nothing", "also")));
        all.put(ApiKeys.DELETE_RECORDS, n -> deleteRecords());
        all.put(
                ApiKeys.DESCRIBE_CONFIGS,
                n -> new DescribeConfigsRequestData()
                        .setResources(List.of(new DescribeConfigsResource()
                                .setResourceType((byte) 2)
                                .setResourceName(TOPIC)
                                .setConfigurationKeys(List.of("retention.bytes")))));
        all.put(ApiKeys.ALTER_CONFIGS, n -> alterConfigs());
        all.put(ApiKeys.INCREMENTAL_ALTER_CONFIGS, n -> incrementalAlterConfigs());
        all.put(ApiKeys.CREATE_PARTITIONS, n -> createPartitions());
        all.put(ApiKeys.DELETE_GROUPS, n -> new DeleteGroupsRequestData().setGroupsNames(List.of("nothing", "other")));
        all.put(
                ApiKeys.DESCRIBE_PRODUCERS,
                n -> new DescribeProducersRequestData()
                        .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                                .setName(TOPIC)
                                .setPartitionIndexes(List.of(0, 1)))));
        all.put(
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                n -> new ConsumerGroupHeartbeatRequestData()
                        .setGroupId("random-consumer-" + n)
                        .setMemberId("AAAAAAAAAAAAAAAAAAAAbQ")
                        .setRebalanceTimeoutMs(1_000)
                        .setSubscribedTopicNames(List.of(TOPIC))
                        .setTopicPartitions(List.of()));
        all.put(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                n -> new ConsumerGroupDescribeRequestData().setGroupIds(List.of("random-group", "nothing")));
        all.put(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, n -> topicPartitions());
        all.putAll(ShareTemplates.of(TOPIC, id));
        return all;
    }

    private static ApiMessage metadata() {
        return new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC)));
    }

    private static ApiMessage fetch(Uuid id, boolean byId) {
        FetchRequestData request =
                new FetchRequestData().setMaxWaitMs(0).setMaxBytes(100_000).setSessionEpoch(-1);
        request.topics()
                .add(new FetchTopic()
                        .setTopic(byId ? "" : TOPIC)
                        .setTopicId(byId ? id : Uuid.ZERO_UUID)
                        .setPartitions(List.of(
                                new FetchPartition().setPartition(0).setPartitionMaxBytes(100_000),
                                new FetchPartition()
                                        .setPartition(1)
                                        .setFetchOffset(1)
                                        .setPartitionMaxBytes(100_000))));
        return request;
    }

    private static ApiMessage listOffsets() {
        ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
        request.topics()
                .add(new ListOffsetsTopic()
                        .setName(TOPIC)
                        .setPartitions(List.of(
                                new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(Batches.TIME_MS + 1),
                                new ListOffsetsPartition().setPartitionIndex(1).setTimestamp(-1))));
        return request;
    }

    private static ApiMessage leaderEpochs() {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic(TOPIC)
                        .setPartitions(List.of(
                                new OffsetForLeaderPartition().setPartition(0).setLeaderEpoch(0),
                                new OffsetForLeaderPartition().setPartition(2).setLeaderEpoch(0))));
        return request;
    }

    private static ApiMessage commit(Uuid id, boolean byId) {
        return new OffsetCommitRequestData()
                .setGroupId("random-group")
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(byId ? "" : TOPIC)
                        .setTopicId(byId ? id : Uuid.ZERO_UUID)
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(3)
                                .setCommittedMetadata("x")))));
    }

    private static ApiMessage createTopics(String name) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(5_000);
        CreatableTopic topic =
                new CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1);
        topic.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue("1000"));
        request.topics().add(topic);
        return request;
    }

    private static ApiMessage deleteRecords() {
        DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(5_000);
        request.topics()
                .add(new DeleteRecordsTopic()
                        .setName(TOPIC)
                        .setPartitions(List.of(
                                new DeleteRecordsPartition()
                                        .setPartitionIndex(0)
                                        .setOffset(0),
                                new DeleteRecordsPartition()
                                        .setPartitionIndex(2)
                                        .setOffset(0))));
        return request;
    }

    private static ApiMessage alterConfigs() {
        AlterConfigsRequestData.AlterConfigsResource resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) 2)
                .setResourceName(TOPIC);
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig()
                        .setName("retention.bytes")
                        .setValue("1000000"));
        AlterConfigsRequestData request = new AlterConfigsRequestData().setValidateOnly(true);
        request.resources().add(resource);
        return request;
    }

    private static ApiMessage incrementalAlterConfigs() {
        IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType((byte) 2)
                        .setResourceName(TOPIC);
        resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName("retention.bytes")
                        .setValue("1000000"));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData().setValidateOnly(true);
        request.resources().add(resource);
        return request;
    }

    private static ApiMessage createPartitions() {
        CreatePartitionsRequestData request =
                new CreatePartitionsRequestData().setTimeoutMs(5_000).setValidateOnly(true);
        request.topics()
                .add(new CreatePartitionsTopic().setName(TOPIC).setCount(4).setAssignments(null));
        return request;
    }

    private static ApiMessage topicPartitions() {
        DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData();
        request.topics().add(new DescribeTopicPartitionsRequestData.TopicRequest().setName(TOPIC));
        return request.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                .setTopicName(TOPIC)
                .setPartitionIndex(1));
    }

    /** Batches of which a byte is another, with a CRC that fits. */
    private static void batches(Session session, long seed, int count) {
        Random random = new Random(seed);
        String topic = "random-batches";
        Uuid id = Admin.create(session, topic, 1, Map.of());
        for (int i = 0; i < count; i++) {
            CompressionType codec = CompressionType.values()[i % CompressionType.values().length];
            MemoryRecords batch = Batches.of(codec, Batches.records(1 + random.nextInt(4)));
            int position = 16 + random.nextInt(batch.sizeInBytes() - 16);
            MemoryRecords changed = Batches.patched(batch, position, random.nextInt(256), true);
            ProduceScenarios.produce(
                    session, i + " " + codec.name + " byte " + position, (short) 13, (short) -1, topic, id, 0, changed);
        }
        ProduceScenarios.readBack(session, "what was taken", id, 1);
    }
}
