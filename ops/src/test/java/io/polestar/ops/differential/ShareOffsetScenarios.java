package io.polestar.ops.differential;

import static io.polestar.ops.differential.ShareFetchScenarios.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** How far a share group is, told and changed. */
final class ShareOffsetScenarios {
    private static final String MEMBER = ShareGroupScenarios.MEMBER;
    private static final String TOPIC = "share-offsets";
    private static final String CLASSIC = "share-offsets-classic";

    private ShareOffsetScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("share-offsets-described", ShareOffsetScenarios::describe),
                new Scenario("share-offsets-altered", ShareOffsetScenarios::alter),
                new Scenario("share-offsets-deleted", ShareOffsetScenarios::delete));
    }

    static DescribeShareGroupOffsetsRequestTopic topic(String name, Integer... partitions) {
        return new DescribeShareGroupOffsetsRequestTopic().setTopicName(name).setPartitions(List.of(partitions));
    }

    static DescribeShareGroupOffsetsRequestGroup group(String name, DescribeShareGroupOffsetsRequestTopic... topics) {
        return new DescribeShareGroupOffsetsRequestGroup().setGroupId(name).setTopics(List.of(topics));
    }

    private static DescribeShareGroupOffsetsRequestGroup whole(String name) {
        return new DescribeShareGroupOffsetsRequestGroup().setGroupId(name).setTopics(null);
    }

    private static void told(Session session, String step, DescribeShareGroupOffsetsRequestGroup... groups) {
        session.all(
                step,
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                new DescribeShareGroupOffsetsRequestData().setGroups(List.of(groups)));
    }

    /** A group that has accepted two of six records of partition 0, and looked at partition 1. */
    private static Uuid used(Session session, String name) {
        Uuid id = Admin.create(session, name, 3, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(6));
        ShareFetchScenarios.group(session, name, name);
        ShareFetchScenarios.open(session, name, MEMBER, id, 0);
        ShareFetchRequestData accept = ShareFetchScenarios.fetch(name, MEMBER, 1);
        ShareFetchRequestData.FetchTopic topic = new ShareFetchRequestData.FetchTopic().setTopicId(id);
        topic.partitions()
                .add(new ShareFetchRequestData.FetchPartition()
                        .setPartitionIndex(0)
                        .setAcknowledgementBatches(List.of(batch(0, 1, 1), batch(4, 4, 1))));
        topic.partitions().add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(1));
        accept.topics().add(topic);
        ShareFetchScenarios.prepare(session, accept);
        return id;
    }

    private static void describe(Session session) {
        used(session, TOPIC);
        OffsetCommitScenarios.commit(session, CLASSIC, TOPIC, 0, 1);
        told(session, "whole", whole(TOPIC));
        told(session, "some", group(TOPIC, topic(TOPIC, 0, 1, 2)));
        told(session, "bad partitions", group(TOPIC, topic(TOPIC, 0, 9, -1)));
        told(session, "twice", group(TOPIC, topic(TOPIC, 0, 0), topic(TOPIC, 0)));
        told(session, "no partitions", group(TOPIC, topic(TOPIC)));
        told(session, "no topics", group(TOPIC));
        told(session, "other topics", group(TOPIC, topic("share-nothing", 0), topic("", 0), topic("a/b", 0)));
        told(session, "unknown", group("share-nothing", topic(TOPIC, 0)));
        told(session, "unknown, whole", whole("share-nothing"));
        told(session, "classic", group(CLASSIC, topic(TOPIC, 0)));
        told(session, "classic, whole", whole(CLASSIC));
        told(session, "no name", group("", topic(TOPIC, 0)));
        told(session, "no name, whole", whole(""));
        told(session, "several", whole(TOPIC), whole("share-nothing"), group(TOPIC, topic(TOPIC, 0)), group(TOPIC));
        told(session, "none");
        ShareGroupScenarios.leave(session, TOPIC, MEMBER);
        told(session, "empty", whole(TOPIC));
    }

    static AlterShareGroupOffsetsRequestData altering(String group, Object... changes) {
        AlterShareGroupOffsetsRequestData request = new AlterShareGroupOffsetsRequestData().setGroupId(group);
        for (int i = 0; i < changes.length; i += 3) {
            String name = (String) changes[i];
            AlterShareGroupOffsetsRequestTopic topic = request.topics().find(name);
            if (topic == null) {
                topic = new AlterShareGroupOffsetsRequestTopic().setTopicName(name);
                request.topics().add(topic);
            }
            topic.partitions()
                    .add(new AlterShareGroupOffsetsRequestPartition()
                            .setPartitionIndex((Integer) changes[i + 1])
                            .setStartOffset((Integer) changes[i + 2]));
        }
        return request;
    }

    private static void alter(Session session) {
        String topic = "share-altered";
        used(session, topic);
        OffsetCommitScenarios.commit(session, CLASSIC, topic, 0, 1);
        session.all("in use", ApiKeys.ALTER_SHARE_GROUP_OFFSETS, altering(topic, topic, 0, 3));
        ShareFetchScenarios.prepare(session, ShareFetchScenarios.fetch(topic, MEMBER, ShareFetchScenarios.CLOSE));
        ShareGroupScenarios.leave(session, topic, MEMBER);
        for (AlterShareGroupOffsetsRequestData request : List.of(
                altering(topic, topic, 0, 3),
                altering(topic, topic, 0, 0, topic, 1, 0, topic, 2, 7),
                altering(topic, topic, 0, -1),
                altering(topic, topic, 0, -2),
                altering(topic, topic, 0, 100),
                altering(topic, topic, 0, 2, topic, 0, 4),
                altering(topic, topic, 9, 0),
                altering(topic, topic, -1, 0),
                altering(topic, topic, 0, 5, topic, 9, 0, "share-nothing", 0, 0),
                altering(topic, "share-nothing", 0, 0),
                altering(topic, "", 0, 0),
                altering(topic, "__consumer_offsets", 0, 0),
                altering(topic),
                altering("share-nothing", topic, 0, 0),
                altering(CLASSIC, topic, 0, 0),
                altering("", topic, 0, 0))) {
            session.all("" + request, ApiKeys.ALTER_SHARE_GROUP_OFFSETS, request);
            told(session, "after " + request, whole(topic));
        }
        int epoch = ShareGroupScenarios.enter(session, topic, MEMBER, topic);
        session.call(
                "goes on",
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                (short) 1,
                ShareGroupScenarios.heartbeat(topic, MEMBER, epoch));
    }

    static DeleteShareGroupOffsetsRequestData deleting(String group, String... topics) {
        List<DeleteShareGroupOffsetsRequestTopic> all = new ArrayList<>();
        for (String topic : topics) {
            all.add(new DeleteShareGroupOffsetsRequestTopic().setTopicName(topic));
        }
        return new DeleteShareGroupOffsetsRequestData().setGroupId(group).setTopics(all);
    }

    private static void delete(Session session) {
        String topic = "share-deleted";
        used(session, topic);
        OffsetCommitScenarios.commit(session, CLASSIC, topic, 0, 1);
        session.all("in use", ApiKeys.DELETE_SHARE_GROUP_OFFSETS, deleting(topic, topic));
        ShareFetchScenarios.prepare(session, ShareFetchScenarios.fetch(topic, MEMBER, ShareFetchScenarios.CLOSE));
        ShareGroupScenarios.leave(session, topic, MEMBER);
        for (DeleteShareGroupOffsetsRequestData request : List.of(
                deleting(topic),
                deleting(topic, "share-nothing"),
                deleting(topic, "", "a/b"),
                deleting(topic, TOPIC),
                deleting("share-nothing", topic),
                deleting(CLASSIC, topic),
                deleting("", topic),
                deleting(topic, topic, "share-nothing"),
                deleting(topic, topic),
                deleting(topic, topic, topic))) {
            session.all("" + request, ApiKeys.DELETE_SHARE_GROUP_OFFSETS, request);
            told(session, "after " + request, whole(topic));
        }
    }
}
