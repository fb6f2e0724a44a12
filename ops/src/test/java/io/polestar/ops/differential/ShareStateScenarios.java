package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData.StateBatch;
import org.apache.kafka.common.protocol.ApiKeys;

/** What brokers tell the coordinator of share groups' state. */
final class ShareStateScenarios {
    private static final byte SHARE = 2;
    private static final Uuid NOWHERE = new Uuid(1, 5);

    private ShareStateScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("share-state", ShareStateScenarios::lifecycle),
                new Scenario("share-state-refusals", ShareStateScenarios::refusals));
    }

    private static Uuid topic(Session session, String name) {
        Uuid id = Admin.create(session, name, 2, Map.of());
        FindCoordinatorRequestData find =
                new FindCoordinatorRequestData().setKeyType(SHARE).setCoordinatorKeys(List.of(name + ":" + id + ":0"));
        Admin.await(
                "coordinator of " + name,
                () -> session.prepare(ApiKeys.FIND_COORDINATOR, find, FindCoordinatorResponseData.class)
                                        .coordinators()
                                        .get(0)
                                        .errorCode()
                                == 0
                        && isLoaded(session, name, id));
        return id;
    }

    private static boolean isLoaded(Session session, String group, Uuid id) {
        ReadShareGroupStateSummaryResponseData answer = session.prepare(
                ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                summary(group, id, 0, 0),
                ReadShareGroupStateSummaryResponseData.class);
        return answer.results().get(0).partitions().get(0).errorCode() == 0;
    }

    static InitializeShareGroupStateRequestData initialize(
            String group, Uuid id, int partition, int epoch, long start) {
        return new InitializeShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(partition)
                                .setStateEpoch(epoch)
                                .setStartOffset(start)))));
    }

    static ReadShareGroupStateRequestData read(String group, Uuid id, int partition, int leaderEpoch) {
        return new ReadShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(partition)
                                .setLeaderEpoch(leaderEpoch)))));
    }

    static ReadShareGroupStateSummaryRequestData summary(String group, Uuid id, int partition, int leaderEpoch) {
        return new ReadShareGroupStateSummaryRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                        .setTopicId(id)
                        .setPartitions(List.of(new ReadShareGroupStateSummaryRequestData.PartitionData()
                                .setPartition(partition)
                                .setLeaderEpoch(leaderEpoch)))));
    }

    static WriteShareGroupStateRequestData write(
            String group, Uuid id, int partition, int epoch, int leaderEpoch, long start, StateBatch... batches) {
        return new WriteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(new WriteShareGroupStateRequestData.PartitionData()
                                .setPartition(partition)
                                .setStateEpoch(epoch)
                                .setLeaderEpoch(leaderEpoch)
                                .setStartOffset(start)
                                .setStateBatches(new ArrayList<>(List.of(batches)))))));
    }

    static StateBatch batch(long first, long last, int state, int count) {
        return new StateBatch()
                .setFirstOffset(first)
                .setLastOffset(last)
                .setDeliveryState((byte) state)
                .setDeliveryCount((short) count);
    }

    static DeleteShareGroupStateRequestData delete(String group, Uuid id, int partition) {
        return new DeleteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(
                                new DeleteShareGroupStateRequestData.PartitionData().setPartition(partition)))));
    }

    private static void told(Session session, String step, String group, Uuid id) {
        session.all(step, ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, summary(group, id, 0, 1));
        session.all(step, ApiKeys.READ_SHARE_GROUP_STATE, read(group, id, 0, 1));
    }

    private static void lifecycle(Session session) {
        Uuid id = topic(session, "share-state");
        for (short version : Session.versions(ApiKeys.WRITE_SHARE_GROUP_STATE)) {
            String group = "share-state-" + version;
            told(session, "not there", group, id);
            session.all("initialize", ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, 0, 3, 10));
            told(session, "initialized", group, id);
            session.all("older", ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, 0, 2, 10));
            session.all("same", ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, 0, 3, 11));
            told(session, "initialized again", group, id);
            write(session, version, group, id);
            session.all("anew", ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, 0, 4, 1));
            told(session, "anew", group, id);
            session.all("delete", ApiKeys.DELETE_SHARE_GROUP_STATE, delete(group, id, 0));
            told(session, "deleted", group, id);
            session.all("delete again", ApiKeys.DELETE_SHARE_GROUP_STATE, delete(group, id, 0));
        }
    }

    private static void write(Session session, short version, String group, Uuid id) {
        Map<String, WriteShareGroupStateRequestData> steps = new java.util.LinkedHashMap<>();
        steps.put("first", write(group, id, 0, 3, 1, 11, batch(11, 20, 0, 1), batch(21, 30, 2, 1)));
        steps.put("over it", write(group, id, 0, 3, 1, 11, batch(15, 25, 4, 2)));
        steps.put("forward", write(group, id, 0, 3, 1, 14));
        steps.put("start as it is", write(group, id, 0, 3, 1, -1, batch(31, 31, 0, 3)));
        steps.put("older epoch", write(group, id, 0, 2, 1, 20));
        steps.put("newer epoch", write(group, id, 0, 9, 1, 20));
        steps.put("older leader", write(group, id, 0, 3, 0, 20));
        steps.put("no leader", write(group, id, 0, 3, -1, 20));
        steps.put("newer leader", write(group, id, 0, 3, 2, 20));
        steps.put("leader before", write(group, id, 0, 3, 1, 20));
        steps.put("turned", write(group, id, 0, 3, 2, 20, batch(40, 35, 0, 1)));
        steps.put("odd state", write(group, id, 0, 3, 2, 20, batch(40, 45, 9, 1)));
        steps.put("negative", write(group, id, 0, 3, 2, 20, batch(-5, -1, 0, -1)));
        WriteShareGroupStateRequestData counted = write(group, id, 0, 3, 2, 22);
        counted.topics().get(0).partitions().get(0).setDeliveryCompleteCount(4);
        steps.put("counted", counted);
        steps.forEach((step, request) -> {
            session.call(step, ApiKeys.WRITE_SHARE_GROUP_STATE, version, request);
            told(session, "after " + step, group, id);
        });
    }

    private static void refusals(Session session) {
        String group = "share-state-refused";
        Uuid id = topic(session, group);
        session.all("no start", ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, 0, 0, -1));
        session.all("read with it", ApiKeys.READ_SHARE_GROUP_STATE, read(group, id, 0, 3));
        for (int partition : new int[] {1, 9, -1}) {
            all(session, "partition " + partition, group, id, partition);
        }
        all(session, "unknown topic", group, NOWHERE, 0);
        all(session, "no topic", group, Uuid.ZERO_UUID, 0);
        all(session, "no group", "", id, 0);
        all(session, "odd group", "a:b/c", id, 0);
        session.all("leader before", ApiKeys.READ_SHARE_GROUP_STATE, read(group, id, 0, 1));
        session.all("no leader", ApiKeys.READ_SHARE_GROUP_STATE, read(group, id, 0, -1));
        session.all("no leader", ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, summary(group, id, 0, -1));
        session.all("negative", ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, 0, -1, -5));
        nothing(session, group);
    }

    private static void all(Session session, String step, String group, Uuid id, int partition) {
        session.all(step, ApiKeys.READ_SHARE_GROUP_STATE, read(group, id, partition, 0));
        session.all(step, ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, summary(group, id, partition, 0));
        session.all(step, ApiKeys.WRITE_SHARE_GROUP_STATE, write(group, id, partition, 0, 0, 0, batch(0, 1, 0, 1)));
        session.all(step, ApiKeys.DELETE_SHARE_GROUP_STATE, delete(group, id, partition));
        session.all(step, ApiKeys.INITIALIZE_SHARE_GROUP_STATE, initialize(group, id, partition, 0, 0));
        session.all("then " + step, ApiKeys.WRITE_SHARE_GROUP_STATE, write(group, id, partition, 0, 0, 5));
        session.all("then " + step, ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, summary(group, id, partition, 0));
        session.all("then " + step, ApiKeys.DELETE_SHARE_GROUP_STATE, delete(group, id, partition));
    }

    private static void nothing(Session session, String group) {
        session.all(
                "no topics", ApiKeys.READ_SHARE_GROUP_STATE, new ReadShareGroupStateRequestData().setGroupId(group));
        session.all(
                "no topics",
                ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                new ReadShareGroupStateSummaryRequestData().setGroupId(group));
        session.all(
                "no topics", ApiKeys.WRITE_SHARE_GROUP_STATE, new WriteShareGroupStateRequestData().setGroupId(group));
        session.all(
                "no topics",
                ApiKeys.DELETE_SHARE_GROUP_STATE,
                new DeleteShareGroupStateRequestData().setGroupId(group));
        session.all(
                "no topics",
                ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                new InitializeShareGroupStateRequestData().setGroupId(group));
    }
}
