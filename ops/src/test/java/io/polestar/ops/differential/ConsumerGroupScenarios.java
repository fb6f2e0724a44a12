package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** The consumer group protocol of KIP-848. */
final class ConsumerGroupScenarios {
    private static final String MEMBER = "AAAAAAAAAAAAAAAAAAAAbQ";

    private ConsumerGroupScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("consumer-group", ConsumerGroupScenarios::lifecycle),
                new Scenario("consumer-group-refusals", ConsumerGroupScenarios::refusals),
                new Scenario("consumer-group-static", ConsumerGroupScenarios::staticMembers));
    }

    /** Kafka's group coordinator hears of a new topic last. */
    static void awaitKnown(Session session, String topic) {
        String probe = "probe-" + topic;
        Admin.awaitCoordinator(session, probe);
        Admin.await(topic + " known to groups", () -> {
            ConsumerGroupHeartbeatResponseData joined =
                    prepare(session, join(probe, MEMBER).setSubscribedTopicNames(List.of(topic)));
            prepare(session, heartbeat(probe, MEMBER, -1));
            return joined.assignment() != null
                    && !joined.assignment().topicPartitions().isEmpty();
        });
        session.prepare(
                ApiKeys.DELETE_GROUPS,
                new DeleteGroupsRequestData().setGroupsNames(List.of(probe)),
                DeleteGroupsResponseData.class);
    }

    private static ConsumerGroupHeartbeatResponseData prepare(
            Session session, ConsumerGroupHeartbeatRequestData request) {
        return session.prepare(ApiKeys.CONSUMER_GROUP_HEARTBEAT, request, ConsumerGroupHeartbeatResponseData.class);
    }

    private static ConsumerGroupHeartbeatRequestData heartbeat(String group, String member, int epoch) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(epoch);
    }

    private static ConsumerGroupHeartbeatRequestData join(String group, String member) {
        return heartbeat(group, member, 0)
                .setRebalanceTimeoutMs(5_000)
                .setSubscribedTopicNames(List.of("consumer-group"))
                .setTopicPartitions(List.of());
    }

    private static void send(Session session, short version, String step, ConsumerGroupHeartbeatRequestData request) {
        session.call(step, ApiKeys.CONSUMER_GROUP_HEARTBEAT, version, request);
    }

    private static void describe(Session session, String step, String... groups) {
        session.all(
                step,
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                new ConsumerGroupDescribeRequestData().setGroupIds(List.of(groups)));
        session.all(step, ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsRequestData().setGroups(List.of(groups)));
    }

    private static void lifecycle(Session session) {
        Uuid id = Admin.create(session, "consumer-group", 2, Map.of());
        awaitKnown(session, "consumer-group");
        for (short version : Session.versions(ApiKeys.CONSUMER_GROUP_HEARTBEAT)) {
            String group = "consumer-group-" + version;
            Admin.awaitCoordinator(session, group);
            send(session, version, "join", join(group, MEMBER));
            describe(session, "joined", group);
            send(session, version, "heartbeat", heartbeat(group, MEMBER, 1));
            send(
                    session,
                    version,
                    "owning",
                    heartbeat(group, MEMBER, 1)
                            .setTopicPartitions(
                                    List.of(new TopicPartitions().setTopicId(id).setPartitions(List.of(0, 1)))));
            send(
                    session,
                    version,
                    "owning a stranger",
                    heartbeat(group, MEMBER, 1)
                            .setTopicPartitions(List.of(new TopicPartitions()
                                    .setTopicId(new Uuid(1, 5))
                                    .setPartitions(List.of(0)))));
            send(session, version, "join again", join(group, MEMBER));
            send(session, version, "old epoch", heartbeat(group, MEMBER, -5));
            send(session, version, "new epoch", heartbeat(group, MEMBER, 9));
            send(
                    session,
                    version,
                    "subscribe to nothing",
                    heartbeat(group, MEMBER, 1).setSubscribedTopicNames(List.of()));
            describe(session, "subscribed to nothing", group);
            send(session, version, "bad regex", heartbeat(group, MEMBER, 2).setSubscribedTopicRegex("a["));
            send(session, version, "assignor", heartbeat(group, MEMBER, 2).setServerAssignor("range"));
            send(session, version, "bad assignor", heartbeat(group, MEMBER, 2).setServerAssignor("none"));
            session.all(
                    "offset commit of old epoch",
                    ApiKeys.OFFSET_COMMIT,
                    new org.apache.kafka.common.message.OffsetCommitRequestData()
                            .setGroupId(group)
                            .setMemberId(MEMBER)
                            .setGenerationIdOrMemberEpoch(0));
            session.all(
                    "classic heartbeat",
                    ApiKeys.HEARTBEAT,
                    new org.apache.kafka.common.message.HeartbeatRequestData()
                            .setGroupId(group)
                            .setMemberId(MEMBER)
                            .setGenerationId(1));
            session.call("classic join", ApiKeys.JOIN_GROUP, (short) 9, GroupScenarios.join(group, "x", "range"));
            describe(session, "others", group, "consumer-nothing", "", group);
            session.all(
                    "with operations",
                    ApiKeys.CONSUMER_GROUP_DESCRIBE,
                    new ConsumerGroupDescribeRequestData()
                            .setGroupIds(List.of(group))
                            .setIncludeAuthorizedOperations(true));
            send(session, version, "leave as nobody", heartbeat(group, "nobody", -1));
            send(session, version, "leave", heartbeat(group, MEMBER, -1));
            send(session, version, "leave again", heartbeat(group, MEMBER, -1));
            describe(session, "left", group);
        }
    }

    private static void refusals(Session session) {
        Admin.awaitCoordinator(session, "consumer-refusals");
        String group = "consumer-refusals";
        for (short version : Session.versions(ApiKeys.CONSUMER_GROUP_HEARTBEAT)) {
            send(session, version, "empty group", join("", MEMBER));
            send(session, version, "blank group", join(" ", MEMBER));
            send(session, version, "empty member", join(group + version, ""));
            send(session, version, "no rebalance timeout", join(group, MEMBER).setRebalanceTimeoutMs(-1));
            send(session, version, "no partitions", join(group, MEMBER).setTopicPartitions(null));
            send(
                    session,
                    version,
                    "partitions",
                    join(group, MEMBER).setTopicPartitions(List.of(new TopicPartitions())));
            send(session, version, "no subscription", join(group, MEMBER).setSubscribedTopicNames(null));
            send(
                    session,
                    version,
                    "empty subscription",
                    join(group + "e" + version, MEMBER).setSubscribedTopicNames(List.of()));
            send(
                    session,
                    version,
                    "names and regex",
                    join(group + "b" + version, MEMBER).setSubscribedTopicRegex("x.*"));
            send(
                    session,
                    version,
                    "regex alone",
                    join(group + "r" + version, MEMBER)
                            .setSubscribedTopicNames(null)
                            .setSubscribedTopicRegex("x.*"));
            send(
                    session,
                    version,
                    "bad regex",
                    join(group, MEMBER).setSubscribedTopicNames(null).setSubscribedTopicRegex("a["));
            send(
                    session,
                    version,
                    "empty regex",
                    join(group, MEMBER).setSubscribedTopicNames(null).setSubscribedTopicRegex(""));
            send(session, version, "empty instance", join(group, MEMBER).setInstanceId(""));
            send(session, version, "empty rack", join(group, MEMBER).setRackId(""));
            send(session, version, "unknown assignor", join(group, MEMBER).setServerAssignor("none"));
            send(session, version, "empty assignor", join(group, MEMBER).setServerAssignor(""));
            send(session, version, "epoch -2 without instance", heartbeat(group, MEMBER, -2));
            send(session, version, "epoch -3", heartbeat(group, MEMBER, -3));
            send(session, version, "epoch 5 of nothing", heartbeat("consumer-nothing", MEMBER, 5));
            send(session, version, "leave nothing", heartbeat("consumer-nothing", MEMBER, -1));
            send(
                    session,
                    version,
                    "illegal topic",
                    join(group + "i" + version, MEMBER)
                            .setSubscribedTopicNames(List.of("a/b", "", "consumer-nothing", "consumer-nothing")));
        }
    }

    private static void staticMembers(Session session) {
        Admin.create(session, "consumer-static", 1, Map.of());
        for (short version : Session.versions(ApiKeys.CONSUMER_GROUP_HEARTBEAT)) {
            String group = "consumer-static-" + version;
            Admin.awaitCoordinator(session, group);
            send(session, version, "join", join(group, MEMBER).setInstanceId("one"));
            String other = "AAAAAAAAAAAAAAAAAAAAbg";
            send(session, version, "taken", join(group, other).setInstanceId("one"));
            send(
                    session,
                    version,
                    "leave for a while",
                    heartbeat(group, MEMBER, -2).setInstanceId("one"));
            send(session, version, "come back", join(group, other).setInstanceId("one"));
            send(session, version, "fenced", heartbeat(group, MEMBER, 1).setInstanceId("one"));
            send(
                    session,
                    version,
                    "unknown instance",
                    heartbeat(group, other, 1).setInstanceId("two"));
            send(session, version, "leave unknown", heartbeat(group, other, -1).setInstanceId("two"));
            describe(session, "static", group);
            send(session, version, "leave", heartbeat(group, other, -1).setInstanceId("one"));
        }
    }
}
