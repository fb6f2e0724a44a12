package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** What a scenario needs to be so before it starts; nothing here is compared. */
final class Admin {
    private static final int PATIENCE = 400;
    private static final long PAUSE_NS = 50_000_000;

    private Admin() {}

    static Uuid create(Session session, String topic, int partitions, Map<String, String> configs) {
        CreatableTopic creatable =
                new CreatableTopic().setName(topic).setNumPartitions(partitions).setReplicationFactor((short) 1);
        if (!configs.containsKey("retention.ms")) {
            creatable
                    .configs()
                    .add(new CreatableTopicConfig().setName("retention.ms").setValue("-1"));
        }
        configs.forEach((name, value) ->
                creatable.configs().add(new CreatableTopicConfig().setName(name).setValue(value)));
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        request.topics().add(creatable);
        CreateTopicsResponseData answer =
                session.prepare(ApiKeys.CREATE_TOPICS, request, CreateTopicsResponseData.class);
        if (answer.topics().find(topic).errorCode() == Errors.TOPIC_ALREADY_EXISTS.code()) {
            delete(session, topic); // of an earlier play
            answer = session.prepare(ApiKeys.CREATE_TOPICS, request, CreateTopicsResponseData.class);
        }
        Errors error = Errors.forCode(answer.topics().find(topic).errorCode());
        if (error != Errors.NONE) {
            throw new IllegalStateException("cannot create " + topic + ": " + error);
        }
        awaitKnown(session, topic);
        await("leaders of " + topic, () -> allLead(session, topic, partitions));
        return answer.topics().find(topic).topicId();
    }

    private static void delete(Session session, String topic) {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(List.of(new DeleteTopicState().setName(topic)));
        session.prepare(ApiKeys.DELETE_TOPICS, request, DeleteTopicsResponseData.class);
        await("the end of " + topic, () -> errorOf(session, topic) == Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    /** Kafka tells of a new topic before its own replica manager has it. */
    private static boolean allLead(Session session, String topic, int partitions) {
        ListOffsetsTopic asked = new ListOffsetsTopic().setName(topic);
        for (int p = 0; p < partitions; p++) {
            asked.partitions()
                    .add(new ListOffsetsPartition().setPartitionIndex(p).setTimestamp(-2));
        }
        ListOffsetsRequestData request =
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(asked));
        return session.prepare(ApiKeys.LIST_OFFSETS, request, ListOffsetsResponseData.class).topics().stream()
                .flatMap(found -> found.partitions().stream())
                .allMatch(partition -> partition.errorCode() == Errors.NONE.code());
    }

    static void awaitKnown(Session session, String topic) {
        await("metadata of " + topic, () -> errorOf(session, topic) == Errors.NONE.code());
    }

    private static short errorOf(Session session, String topic) {
        MetadataRequestData request = new MetadataRequestData().setAllowAutoTopicCreation(false);
        request.topics().add(new MetadataRequestTopic().setName(topic));
        MetadataResponseData answer = session.prepare(ApiKeys.METADATA, request, MetadataResponseData.class);
        MetadataResponseData.MetadataResponseTopic found =
                answer.topics().iterator().next();
        return found.partitions().stream()
                .map(MetadataResponseData.MetadataResponsePartition::errorCode)
                .filter(code -> code != Errors.NONE.code())
                .findFirst()
                .orElse(found.errorCode());
    }

    static void awaitCoordinator(Session session, String group) {
        await("coordinator of " + group, () -> {
            FindCoordinatorRequestData find = new FindCoordinatorRequestData().setKeyType((byte) 0);
            find.coordinatorKeys().add(group);
            FindCoordinatorResponseData found =
                    session.prepare(ApiKeys.FIND_COORDINATOR, find, FindCoordinatorResponseData.class);
            return found.coordinators().get(0).errorCode() == 0 && offsetsAreLoaded(session, group);
        });
    }

    private static boolean offsetsAreLoaded(Session session, String group) {
        OffsetFetchRequestData fetch = new OffsetFetchRequestData();
        fetch.groups().add(new OffsetFetchRequestGroup().setGroupId(group).setTopics(null));
        OffsetFetchResponseData answer = session.prepare(ApiKeys.OFFSET_FETCH, fetch, OffsetFetchResponseData.class);
        return answer.groups().get(0).errorCode() == 0;
    }

    static long producerId(Session session) {
        InitProducerIdRequestData request =
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000);
        long[] id = {-1};
        await("a producer id", () -> {
            InitProducerIdResponseData answer =
                    session.prepare(ApiKeys.INIT_PRODUCER_ID, request, InitProducerIdResponseData.class);
            id[0] = answer.producerId();
            return answer.errorCode() == 0;
        });
        return id[0];
    }

    static void await(String what, BooleanSupplier condition) {
        for (int i = 0; i < PATIENCE; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        throw new IllegalStateException("waited in vain for " + what);
    }
}
