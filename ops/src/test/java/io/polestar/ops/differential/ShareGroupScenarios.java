package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Who is in a share group (KIP-932), and what it is given. */
final class ShareGroupScenarios {
    static final String MEMBER = "AAAAAAAAAAAAAAAAAAAAbQ";
    static final String OTHER = "AAAAAAAAAAAAAAAAAAAAbg";
    private static final String TOPIC = "share-group";
    private static final int LEAVE = -1;

    private ShareGroupScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("share-group", ShareGroupScenarios::lifecycle),
                new Scenario("share-group-refusals", ShareGroupScenarios::refusals),
                new Scenario("share-group-described", ShareGroupScenarios::described));
    }

    static ShareGroupHeartbeatRequestData heartbeat(String group, String member, int epoch) {
        return new ShareGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(epoch);
    }

    static ShareGroupHeartbeatRequestData join(String group, String member, String... topics) {
        return heartbeat(group, member, 0).setSubscribedTopicNames(List.of(topics));
    }

    /** Makes a member of a group and waits until it is assigned something; returns its epoch. */
    static int enter(Session session, String group, String member, String topic) {
        Admin.awaitCoordinator(session, group);
        ConsumerGroupScenarios.awaitKnown(session, topic);
        ShareGroupHeartbeatResponseData joined = prepare(session, join(group, member, topic));
        int[] epoch = {joined.memberEpoch()};
        if (!hasPartitions(joined)) {
            awaitAssigned(session, group, member, epoch);
        }
        return epoch[0];
    }

    /** The first answer names no partition: the state of what is to be shared comes first. */
    private static void awaitAssigned(Session session, String group, String member, int[] epoch) {
        Admin.await("an assignment of " + group, () -> {
            ShareGroupHeartbeatResponseData answer = prepare(session, heartbeat(group, member, epoch[0]));
            epoch[0] = answer.memberEpoch();
            return hasPartitions(answer);
        });
    }

    private static boolean hasPartitions(ShareGroupHeartbeatResponseData answer) {
        return answer.assignment() != null
                && !answer.assignment().topicPartitions().isEmpty();
    }

    static void leave(Session session, String group, String member) {
        prepare(session, heartbeat(group, member, LEAVE));
    }

    private static ShareGroupHeartbeatResponseData prepare(Session session, ShareGroupHeartbeatRequestData request) {
        return session.prepare(ApiKeys.SHARE_GROUP_HEARTBEAT, request, ShareGroupHeartbeatResponseData.class);
    }

    private static void describe(Session session, String step, String... groups) {
        session.all(
                step, ApiKeys.SHARE_GROUP_DESCRIBE, new ShareGroupDescribeRequestData().setGroupIds(List.of(groups)));
    }

    private static void lifecycle(Session session) {
        Admin.create(session, TOPIC, 1, Map.of());
        ConsumerGroupScenarios.awaitKnown(session, TOPIC);
        for (short version : Session.versions(ApiKeys.SHARE_GROUP_HEARTBEAT)) {
            String group = "share-group-" + version;
            BiConsumer<String, ShareGroupHeartbeatRequestData> send =
                    (step, request) -> session.call(step, ApiKeys.SHARE_GROUP_HEARTBEAT, version, request);
            Admin.awaitCoordinator(session, group);
            int[] epoch = {joined(session, version, join(group, MEMBER, TOPIC))};
            awaitAssigned(session, group, MEMBER, epoch);
            describe(session, "joined", group);
            send.accept("heartbeat", heartbeat(group, MEMBER, epoch[0]));
            send.accept("epoch before", heartbeat(group, MEMBER, epoch[0] - 1));
            send.accept("epoch long ago", heartbeat(group, MEMBER, -5));
            send.accept("epoch to come", heartbeat(group, MEMBER, epoch[0] + 7));
            send.accept("join again", join(group, MEMBER, TOPIC));
            send.accept("another joins", join(group, OTHER, TOPIC));
            describe(session, "two", group);
            strangers(session, group, version);
            send.accept("another leaves", heartbeat(group, OTHER, LEAVE));
            send.accept("nobody leaves", heartbeat(group, "nobody", LEAVE));
            send.accept("leave", heartbeat(group, MEMBER, LEAVE));
            send.accept("leave again", heartbeat(group, MEMBER, LEAVE));
            describe(session, "left", group);
            DeleteGroupsRequestData delete = new DeleteGroupsRequestData().setGroupsNames(List.of(group));
            session.call("delete", ApiKeys.DELETE_GROUPS, (short) 2, delete);
            session.call("delete again", ApiKeys.DELETE_GROUPS, (short) 2, delete);
            describe(session, "deleted", group);
        }
    }

    private static int joined(Session session, short version, ShareGroupHeartbeatRequestData join) {
        ApiMessage answer = session.call("join", ApiKeys.SHARE_GROUP_HEARTBEAT, version, join)
                .orElseThrow();
        return ((ShareGroupHeartbeatResponseData) answer).memberEpoch();
    }

    /** What is said by those who take it for a group of another kind. */
    private static void strangers(Session session, String group, short version) {
        session.all(
                "classic heartbeat",
                ApiKeys.HEARTBEAT,
                new HeartbeatRequestData().setGroupId(group).setMemberId(MEMBER).setGenerationId(1));
        session.call("classic join", ApiKeys.JOIN_GROUP, (short) 9, GroupScenarios.join(group, "", "range"));
        session.all(
                "consumer heartbeat",
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(MEMBER)
                        .setRebalanceTimeoutMs(1000)
                        .setSubscribedTopicNames(List.of(TOPIC))
                        .setTopicPartitions(List.of()));
        session.all(
                "described as consumers",
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                new ConsumerGroupDescribeRequestData().setGroupIds(List.of(group)));
        session.all(
                "described as classic",
                ApiKeys.DESCRIBE_GROUPS,
                new DescribeGroupsRequestData().setGroups(List.of(group)));
        session.all("commit", ApiKeys.OFFSET_COMMIT, new OffsetCommitRequestData().setGroupId(group));
        session.all(
                "delete while in use " + version,
                ApiKeys.DELETE_GROUPS,
                new DeleteGroupsRequestData().setGroupsNames(List.of(group)));
    }

    private static void refusals(Session session) {
        String group = "share-refusals";
        Admin.awaitCoordinator(session, group);
        OffsetCommitScenarios.commit(session, "share-classic", "nothing", 0, 1);
        for (short version : Session.versions(ApiKeys.SHARE_GROUP_HEARTBEAT)) {
            BiConsumer<String, ShareGroupHeartbeatRequestData> send =
                    (step, request) -> session.call(step, ApiKeys.SHARE_GROUP_HEARTBEAT, version, request);
            send.accept("empty group", join("", MEMBER, TOPIC));
            send.accept("blank group", join(" ", MEMBER, TOPIC));
            send.accept("empty member", join(group, "", TOPIC));
            send.accept("blank member", join(group, " ", TOPIC));
            send.accept("short member", join(group + "s" + version, "m", TOPIC));
            send.accept("member of 36", join(group + "36" + version, "m".repeat(36), TOPIC));
            send.accept("member of 37", join(group, "m".repeat(37), TOPIC));
            send.accept("no subscription", heartbeat(group, MEMBER, 0));
            send.accept("empty subscription", join(group + "e" + version, MEMBER));
            send.accept("unknown topic", join(group + "u" + version, MEMBER, "share-nothing"));
            send.accept("illegal topics", join(group + "i" + version, MEMBER, "a/b", "", "x".repeat(300)));
            send.accept("topic twice", join(group + "t" + version, MEMBER, "share-nothing", "share-nothing"));
            send.accept("empty rack", join(group, MEMBER, TOPIC).setRackId(""));
            send.accept(
                    "rack", join(group + "r" + version, MEMBER, "share-nothing").setRackId("r"));
            send.accept("epoch -2", heartbeat(group, MEMBER, -2));
            send.accept("epoch -3", heartbeat(group, MEMBER, -3));
            send.accept("epoch 5 of nothing", heartbeat("share-nothing", MEMBER, 5));
            send.accept("leave nothing", heartbeat("share-nothing", MEMBER, LEAVE));
            send.accept("classic group", join("share-classic", MEMBER, TOPIC));
        }
    }

    private static void described(Session session) {
        Admin.create(session, "share-described", 1, Map.of());
        enter(session, "share-described", MEMBER, "share-described");
        OffsetCommitScenarios.commit(session, "share-not", "share-described", 0, 0);
        describe(session, "one", "share-described");
        describe(session, "several", "share-described", "share-not", "share-nothing", "", "share-described");
        describe(session, "none");
        session.all(
                "operations",
                ApiKeys.SHARE_GROUP_DESCRIBE,
                new ShareGroupDescribeRequestData()
                        .setGroupIds(List.of("share-described", "share-nothing"))
                        .setIncludeAuthorizedOperations(true));
        leave(session, "share-described", MEMBER);
        describe(session, "empty", "share-described");
    }
}
