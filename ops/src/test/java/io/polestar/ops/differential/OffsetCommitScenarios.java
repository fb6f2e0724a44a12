package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.protocol.ApiKeys;

/** Committed offsets: written, read, deleted. */
final class OffsetCommitScenarios {
    private OffsetCommitScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("offset-commit", OffsetCommitScenarios::commits),
                new Scenario("offset-fetch", OffsetCommitScenarios::fetches),
                new Scenario("offset-delete", OffsetCommitScenarios::deletes));
    }

    private static OffsetCommitRequestPartition partition(int index, long offset) {
        return new OffsetCommitRequestPartition()
                .setPartitionIndex(index)
                .setCommittedOffset(offset)
                .setCommittedMetadata("");
    }

    private static OffsetCommitRequestData request(
            short version, String group, String topic, Uuid id, OffsetCommitRequestPartition... partitions) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(version >= 10 ? "" : topic)
                        .setTopicId(version >= 10 ? id : Uuid.ZERO_UUID)
                        .setPartitions(List.of(partitions))));
    }

    static void commit(Session session, String group, String topic, int partition, long offset) {
        Admin.awaitCoordinator(session, group);
        session.call(
                "commit " + group,
                ApiKeys.OFFSET_COMMIT,
                (short) 9,
                request((short) 9, group, topic, Uuid.ZERO_UUID, partition(partition, offset)));
    }

    private static void commits(Session session) {
        String topic = "offset-commit";
        Uuid id = Admin.create(session, topic, 2, Map.of());
        for (short version : Session.versions(ApiKeys.OFFSET_COMMIT)) {
            String group = "commit-" + version;
            Admin.awaitCoordinator(session, group);
            commit(session, version, "plain", request(version, group, topic, id, partition(0, 5), partition(1, 6)));
            for (long offset : new long[] {-1, -2, 0, Long.MAX_VALUE}) {
                commit(session, version, "offset " + offset, request(version, group, topic, id, partition(0, offset)));
            }
            for (int epoch : new int[] {-1, -2, 0, 7}) {
                commit(
                        session,
                        version,
                        "epoch " + epoch,
                        request(version, group, topic, id, partition(0, 5).setCommittedLeaderEpoch(epoch)));
            }
            commit(
                    session,
                    version,
                    "null metadata",
                    request(version, group, topic, id, partition(0, 5).setCommittedMetadata(null)));
            for (int size : new int[] {4096, 4097}) {
                commit(
                        session,
                        version,
                        "metadata of " + size,
                        request(
                                version,
                                group,
                                topic,
                                id,
                                partition(0, 5).setCommittedMetadata("m".repeat(size)),
                                partition(1, 9)));
            }
            commit(
                    session,
                    version,
                    "unknown partition",
                    request(version, group, topic, id, partition(9, 5), partition(1, 1)));
            commit(session, version, "negative partition", request(version, group, topic, id, partition(-1, 5)));
            commit(
                    session,
                    version,
                    "unknown topic",
                    request(version, group, "commit-nothing", new Uuid(3, 3), partition(0, 5)));
            commit(session, version, "illegal topic", request(version, group, "a/b", Uuid.ZERO_UUID, partition(0, 5)));
            commit(session, version, "empty topic", request(version, group, "", Uuid.ZERO_UUID, partition(0, 5)));
            commit(session, version, "empty group", request(version, "", topic, id, partition(0, 5)));
            commit(session, version, "twice", request(version, group, topic, id, partition(0, 5), partition(0, 6)));
            commit(session, version, "no partitions", request(version, group, topic, id));
            commit(session, version, "no topics", new OffsetCommitRequestData().setGroupId(group));
            for (int generation : new int[] {-1, 0, 3}) {
                for (String member : List.of("", "m")) {
                    for (String where : List.of(group, "commit-new-" + version)) {
                        commit(
                                session,
                                version,
                                "generation " + generation + " of " + member + " in " + where,
                                request(version, where, topic, id, partition(0, 5))
                                        .setGenerationIdOrMemberEpoch(generation)
                                        .setMemberId(member));
                        commit(
                                session,
                                version,
                                "generation " + generation + " of static " + member + " in " + where,
                                request(version, where, topic, id, partition(0, 5))
                                        .setGenerationIdOrMemberEpoch(generation)
                                        .setGroupInstanceId("i")
                                        .setMemberId(member));
                    }
                }
            }
            commit(
                    session,
                    version,
                    "retention",
                    request(version, group, topic, id, partition(0, 5)).setRetentionTimeMs(1000));
            fetch(session, (short) 9, "after all", group(group, null));
        }
    }

    private static void commit(Session session, short version, String step, OffsetCommitRequestData request) {
        session.call(step, ApiKeys.OFFSET_COMMIT, version, request);
    }

    private static OffsetFetchRequestGroup group(String name, List<OffsetFetchRequestTopics> topics) {
        return new OffsetFetchRequestGroup().setGroupId(name).setTopics(topics);
    }

    private static OffsetFetchRequestTopics topic(short version, String name, Uuid id, Integer... partitions) {
        return new OffsetFetchRequestTopics()
                .setName(version >= 10 ? "" : name)
                .setTopicId(version >= 10 ? id : Uuid.ZERO_UUID)
                .setPartitionIndexes(List.of(partitions));
    }

    /** Asks for groups in the shape of the version: before 8 there is one, at the top level. */
    private static void fetch(Session session, short version, String step, OffsetFetchRequestGroup... groups) {
        if (version >= 8) {
            session.call(step, ApiKeys.OFFSET_FETCH, version, new OffsetFetchRequestData().setGroups(List.of(groups)));
            return;
        }
        List<OffsetFetchRequestTopics> topics = groups[0].topics();
        session.call(
                step,
                ApiKeys.OFFSET_FETCH,
                version,
                new OffsetFetchRequestData()
                        .setGroupId(groups[0].groupId())
                        .setTopics(
                                topics == null
                                        ? null
                                        : topics.stream()
                                                .map(topic -> new OffsetFetchRequestTopic()
                                                        .setName(topic.name())
                                                        .setPartitionIndexes(topic.partitionIndexes()))
                                                .toList()));
    }

    private static void fetches(Session session) {
        String name = "offset-fetch";
        Uuid id = Admin.create(session, name, 3, Map.of());
        String group = "offset-fetch";
        commit(session, group, name, 0, 5);
        commit(session, group, name, 1, 6);
        commit(session, "offset-fetch-2", name, 1, 7);
        for (short version : Session.versions(ApiKeys.OFFSET_FETCH)) {
            fetch(session, version, "some", group(group, List.of(topic(version, name, id, 0, 1, 2, 9, -1))));
            fetch(session, version, "all", group(group, null));
            fetch(session, version, "no topics", group(group, List.of()));
            fetch(session, version, "no partitions", group(group, List.of(topic(version, name, id))));
            fetch(
                    session,
                    version,
                    "twice",
                    group(group, List.of(topic(version, name, id, 0, 0), topic(version, name, id, 1))));
            fetch(
                    session,
                    version,
                    "unknown topic",
                    group(
                            group,
                            List.of(topic(version, "fetch-nothing", new Uuid(4, 4), 0), topic(version, name, id, 0))));
            fetch(session, version, "illegal topic", group(group, List.of(topic(version, "a/b", Uuid.ZERO_UUID, 0))));
            fetch(session, version, "unknown group", group("offset-nothing", List.of(topic(version, name, id, 0))));
            fetch(session, version, "all of unknown group", group("offset-nothing", null));
            fetch(session, version, "empty group", group("", List.of(topic(version, name, id, 0))));
            fetch(session, version, "all of empty group", group("", null));
            if (version >= 8) {
                fetch(session, version, "two groups", group(group, null), group("offset-fetch-2", null));
                fetch(
                        session,
                        version,
                        "a group twice",
                        group(group, null),
                        group(group, List.of(topic(version, name, id, 1))));
                session.call("no groups", ApiKeys.OFFSET_FETCH, version, new OffsetFetchRequestData());
                for (String member : new String[] {null, "", "m"}) {
                    for (int epoch : new int[] {-1, 0, 5}) {
                        for (String where : List.of(group, "offset-nothing")) {
                            fetch(
                                    session,
                                    version,
                                    "member " + member + " epoch " + epoch + " of " + where,
                                    group(where, List.of(topic(version, name, id, 0)))
                                            .setMemberId(member)
                                            .setMemberEpoch(epoch));
                        }
                    }
                }
            }
            session.call(
                    "stable",
                    ApiKeys.OFFSET_FETCH,
                    version,
                    new OffsetFetchRequestData()
                            .setRequireStable(true)
                            .setGroups(version >= 8 ? List.of(group(group, null)) : List.of())
                            .setGroupId(version >= 8 ? "" : group)
                            .setTopics(version >= 8 ? List.of() : null));
        }
    }

    private static OffsetDeleteRequestData delete(String group, String topic, Integer... partitions) {
        return new OffsetDeleteRequestData()
                .setGroupId(group)
                .setTopics(new OffsetDeleteRequestTopicCollection(List.of(new OffsetDeleteRequestTopic()
                                .setName(topic)
                                .setPartitions(List.of(partitions).stream()
                                        .map(index -> new OffsetDeleteRequestPartition().setPartitionIndex(index))
                                        .toList()))
                        .iterator()));
    }

    private static void deletes(Session session) {
        Admin.create(session, "offset-delete", 3, Map.of());
        for (short version : Session.versions(ApiKeys.OFFSET_DELETE)) {
            String group = "offset-delete-" + version;
            for (int partition = 0; partition < 3; partition++) {
                commit(session, group, "offset-delete", partition, 5);
            }
            for (OffsetDeleteRequestData request : List.of(
                    delete(group, "offset-delete", 0, 0, 9, -1),
                    delete(group, "offset-nothing", 0),
                    delete(group, "a/b", 0),
                    delete(group, "", 0),
                    delete(group, "offset-delete"),
                    delete("offset-nothing", "offset-delete", 0),
                    delete("", "offset-delete", 0),
                    new OffsetDeleteRequestData().setGroupId(group),
                    new OffsetDeleteRequestData().setGroupId("offset-nothing"))) {
                session.call("" + request, ApiKeys.OFFSET_DELETE, version, request);
            }
            fetch(session, (short) 9, "what is left", group(group, null));
        }
    }
}
