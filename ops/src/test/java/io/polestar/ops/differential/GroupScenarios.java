package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The classic group protocol and what administrates groups. */
final class GroupScenarios {
    private GroupScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("find-coordinator", GroupScenarios::findCoordinator),
                new Scenario("classic-group", GroupScenarios::lifecycle),
                new Scenario("classic-group-refusals", GroupScenarios::refusals),
                new Scenario("classic-group-static", GroupScenarios::staticMembers),
                new Scenario("group-administration", GroupScenarios::administration));
    }

    private static void findCoordinator(Session session) {
        Admin.awaitCoordinator(session, "find-coordinator");
        for (String key : new String[] {"g", "", "a/b", "x".repeat(300), "g:1:2"}) {
            for (byte type : new byte[] {0, 2, 3, -1}) {
                session.all(
                        "key " + key + " type " + type,
                        ApiKeys.FIND_COORDINATOR,
                        new FindCoordinatorRequestData().setKey(key).setKeyType(type));
                session.all(
                        "keys " + key + " type " + type,
                        ApiKeys.FIND_COORDINATOR,
                        new FindCoordinatorRequestData()
                                .setKeyType(type)
                                .setCoordinatorKeys(List.of(key, "other", key)));
            }
        }
        session.all("no keys", ApiKeys.FIND_COORDINATOR, new FindCoordinatorRequestData());
        session.all(
                "no keys, no key",
                ApiKeys.FIND_COORDINATOR,
                new FindCoordinatorRequestData().setCoordinatorKeys(List.of()));
    }

    static JoinGroupRequestData join(String group, String member, String... protocols) {
        JoinGroupRequestProtocolCollection all = new JoinGroupRequestProtocolCollection();
        for (String protocol : protocols) {
            all.add(new JoinGroupRequestProtocol().setName(protocol).setMetadata(new byte[] {1, 2}));
        }
        return new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setProtocolType("consumer")
                .setSessionTimeoutMs(30_000)
                .setRebalanceTimeoutMs(30_000)
                .setProtocols(all);
    }

    private static SyncGroupRequestData sync(String group, String member, int generation) {
        return new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setGenerationId(generation)
                .setProtocolType("consumer")
                .setProtocolName("range")
                .setAssignments(List.of(
                        new SyncGroupRequestAssignment().setMemberId(member).setAssignment(new byte[] {7})));
    }

    private static HeartbeatRequestData heartbeat(String group, String member, int generation) {
        return new HeartbeatRequestData().setGroupId(group).setMemberId(member).setGenerationId(generation);
    }

    private static LeaveGroupRequestData leave(String group, String... members) {
        List<MemberIdentity> identities = new ArrayList<>();
        for (String member : members) {
            identities.add(new MemberIdentity().setMemberId(member));
        }
        return new LeaveGroupRequestData().setGroupId(group).setMembers(identities);
    }

    /** Joins as a new member, with the second request that v4 and later need. */
    private static String joinAnew(Session session, short version, String group) {
        Optional<ApiMessage> answer =
                session.call("join", ApiKeys.JOIN_GROUP, version, join(group, "", "range", "roundrobin"));
        String member = answer.map(a -> ((JoinGroupResponseData) a).memberId()).orElse("");
        if (version >= 4) {
            session.call("join with id", ApiKeys.JOIN_GROUP, version, join(group, member, "range", "roundrobin"));
        }
        return member;
    }

    private static void describe(Session session, String step, String... groups) {
        session.all(step, ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsRequestData().setGroups(List.of(groups)));
    }

    private static void lifecycle(Session session) {
        for (short version : Session.versions(ApiKeys.JOIN_GROUP)) {
            String group = "classic-" + version;
            Admin.awaitCoordinator(session, group);
            String member = joinAnew(session, version, group);
            describe(session, "before sync", group);
            session.all("heartbeat before sync", ApiKeys.HEARTBEAT, heartbeat(group, member, 1));
            session.all("wrong generation", ApiKeys.SYNC_GROUP, sync(group, member, 9));
            session.all(
                    "wrong protocol name",
                    ApiKeys.SYNC_GROUP,
                    sync(group, member, 1).setProtocolName("sticky"));
            session.all(
                    "wrong protocol type",
                    ApiKeys.SYNC_GROUP,
                    sync(group, member, 1).setProtocolType("other"));
            session.all(
                    "null protocol",
                    ApiKeys.SYNC_GROUP,
                    sync(group, member, 1).setProtocolType(null).setProtocolName(null));
            session.all("sync", ApiKeys.SYNC_GROUP, sync(group, member, 1));
            session.all("heartbeat", ApiKeys.HEARTBEAT, heartbeat(group, member, 1));
            session.all("heartbeat of generation 5", ApiKeys.HEARTBEAT, heartbeat(group, member, 5));
            session.all("heartbeat of generation -1", ApiKeys.HEARTBEAT, heartbeat(group, member, -1));
            session.all("heartbeat of nobody", ApiKeys.HEARTBEAT, heartbeat(group, "nobody", 1));
            describe(session, "stable", group);
            session.call("join again", ApiKeys.JOIN_GROUP, version, join(group, member, "range", "roundrobin"));
            session.call("rejoin with others", ApiKeys.JOIN_GROUP, version, join(group, member, "sticky"));
            session.call(
                    "inconsistent type",
                    ApiKeys.JOIN_GROUP,
                    version,
                    join(group, "", "range").setProtocolType("x"));
            session.call("inconsistent protocols", ApiKeys.JOIN_GROUP, version, join(group, "", "none-of-them"));
            session.call("unknown member", ApiKeys.JOIN_GROUP, version, join(group, "stranger", "range"));
            session.all("leave as nobody", ApiKeys.LEAVE_GROUP, leave(group, "nobody"));
            session.all(
                    "leave as nobody, old",
                    ApiKeys.LEAVE_GROUP,
                    new LeaveGroupRequestData().setGroupId(group).setMemberId("nobody"));
            session.all("leave with none", ApiKeys.LEAVE_GROUP, leave(group));
            session.call("leave", ApiKeys.LEAVE_GROUP, (short) 5, leave(group, member, "nobody", member));
            describe(session, "empty", group);
            session.all("left heartbeat", ApiKeys.HEARTBEAT, heartbeat(group, member, 1));
            session.all("left sync", ApiKeys.SYNC_GROUP, sync(group, member, 1));
        }
    }

    private static void refusals(Session session) {
        Admin.awaitCoordinator(session, "refusals");
        for (String group : List.of("", "refusals", "x".repeat(300))) {
            session.all("heartbeat " + group, ApiKeys.HEARTBEAT, heartbeat(group, "m", 1));
            session.all("sync " + group, ApiKeys.SYNC_GROUP, sync(group, "m", 1));
            session.all("leave " + group, ApiKeys.LEAVE_GROUP, leave(group, "m"));
            session.all(
                    "leave old " + group,
                    ApiKeys.LEAVE_GROUP,
                    new LeaveGroupRequestData().setGroupId(group).setMemberId("m"));
            session.all("join as stranger " + group, ApiKeys.JOIN_GROUP, join(group, "m", "range"));
        }
        session.all("join empty group", ApiKeys.JOIN_GROUP, join("", "", "range"));
        session.all("join without protocols", ApiKeys.JOIN_GROUP, join("refusals-1", ""));
        session.all(
                "join without type",
                ApiKeys.JOIN_GROUP,
                join("refusals-2", "", "range").setProtocolType(""));
        for (int timeoutMs : new int[] {-1, 0, 999, 1_800_001, Integer.MAX_VALUE}) {
            session.all(
                    "session timeout " + timeoutMs,
                    ApiKeys.JOIN_GROUP,
                    join("refusals-3", "", "range").setSessionTimeoutMs(timeoutMs));
        }
        session.all(
                "long reason",
                ApiKeys.JOIN_GROUP,
                join("refusals-4", "m", "range").setReason("r".repeat(400)));
        session.all(
                "heartbeat static",
                ApiKeys.HEARTBEAT,
                heartbeat("refusals", "m", 1).setGroupInstanceId("i"));
        session.all("sync static", ApiKeys.SYNC_GROUP, sync("refusals", "m", 1).setGroupInstanceId("i"));
        session.all(
                "instance id illegal",
                ApiKeys.JOIN_GROUP,
                join("refusals-5", "m", "range").setGroupInstanceId("a b"));
    }

    private static void staticMembers(Session session) {
        for (short version : Session.versions(ApiKeys.JOIN_GROUP)) {
            if (version < 5) {
                continue;
            }
            String group = "static-" + version;
            Admin.awaitCoordinator(session, group);
            JoinGroupRequestData request = join(group, "", "range").setGroupInstanceId("one");
            String first = session.call("join", ApiKeys.JOIN_GROUP, version, request)
                    .map(answer -> ((JoinGroupResponseData) answer).memberId())
                    .orElse("");
            session.all("sync", ApiKeys.SYNC_GROUP, sync(group, first, 1).setGroupInstanceId("one"));
            describe(session, "with a static member", group);
            String second = session.call("join again", ApiKeys.JOIN_GROUP, version, request)
                    .map(answer -> ((JoinGroupResponseData) answer).memberId())
                    .orElse("");
            session.all(
                    "fenced heartbeat",
                    ApiKeys.HEARTBEAT,
                    heartbeat(group, first, 1).setGroupInstanceId("one"));
            session.all(
                    "heartbeat", ApiKeys.HEARTBEAT, heartbeat(group, second, 1).setGroupInstanceId("one"));
            session.all(
                    "unknown instance",
                    ApiKeys.HEARTBEAT,
                    heartbeat(group, second, 1).setGroupInstanceId("two"));
            session.all("fenced sync", ApiKeys.SYNC_GROUP, sync(group, first, 1).setGroupInstanceId("one"));
            session.call(
                    "fenced join",
                    ApiKeys.JOIN_GROUP,
                    version,
                    join(group, first, "range").setGroupInstanceId("one"));
            LeaveGroupRequestData leave = leave(group, first, "");
            leave.members().get(0).setGroupInstanceId("one");
            leave.members().get(1).setGroupInstanceId("two");
            session.all("leave", ApiKeys.LEAVE_GROUP, leave);
            LeaveGroupRequestData byInstance = leave(group, "");
            byInstance.members().get(0).setGroupInstanceId("one");
            session.all("leave by instance", ApiKeys.LEAVE_GROUP, byInstance);
            describe(session, "left", group);
        }
    }

    private static void administration(Session session) {
        String group = "administration";
        Admin.awaitCoordinator(session, group);
        String member = joinAnew(session, (short) 9, group);
        session.call("sync", ApiKeys.SYNC_GROUP, (short) 5, sync(group, member, 1));
        Admin.create(session, "administration", 1, Map.of());
        OffsetCommitScenarios.commit(session, "administration-offsets", "administration", 0, 5);
        describe(session, "several", group, "administration-offsets", "administration-nothing", "", group);
        session.all(
                "with operations",
                ApiKeys.DESCRIBE_GROUPS,
                new DescribeGroupsRequestData()
                        .setGroups(List.of(group, "administration-nothing"))
                        .setIncludeAuthorizedOperations(true));
        describe(session, "none");
        for (List<String> states : List.of(
                List.<String>of(),
                List.of("Stable"),
                List.of("stable"),
                List.of("Empty", "Dead"),
                List.of("nonsense"))) {
            for (List<String> types : List.of(
                    List.<String>of(),
                    List.of("classic"),
                    List.of("Consumer"),
                    List.of("share"),
                    List.of("nonsense"))) {
                for (short version : Session.versions(ApiKeys.LIST_GROUPS)) {
                    session.call(
                            "states " + states + " types " + types,
                            ApiKeys.LIST_GROUPS,
                            version,
                            new ListGroupsRequestData().setStatesFilter(states).setTypesFilter(types));
                }
            }
        }
        for (short version : Session.versions(ApiKeys.DELETE_GROUPS)) {
            String deletable = "administration-deletable-" + version;
            OffsetCommitScenarios.commit(session, deletable, "administration", 0, 5);
            session.call(
                    "delete",
                    ApiKeys.DELETE_GROUPS,
                    version,
                    new DeleteGroupsRequestData()
                            .setGroupsNames(List.of(group, deletable, "administration-nothing", "", deletable)));
            session.call("delete none", ApiKeys.DELETE_GROUPS, version, new DeleteGroupsRequestData());
            describe(session, "deleted", deletable);
        }
    }
}
