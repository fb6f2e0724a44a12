package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.CopartitionGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Endpoint;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskOffset;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Groups of Kafka Streams (KIP-1071): membership, topologies, and the topics that they need. */
final class StreamsGroupScenarios {
    private static final String MEMBER = "AAAAAAAAAAAAAAAAAAAAbQ";
    private static final String OTHER = "AAAAAAAAAAAAAAAAAAAAbg";
    private static final int LEAVE = -1;
    private static final int PAUSE = -2;

    private StreamsGroupScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("streams-group", StreamsGroupScenarios::lifecycle),
                new Scenario("streams-group-static", StreamsGroupScenarios::staticMembers),
                new Scenario("streams-group-refusals", StreamsGroupScenarios::refusals),
                new Scenario("streams-group-topologies", StreamsGroupScenarios::topologies));
    }

    static StreamsGroupHeartbeatRequestData heartbeat(String group, String member, int epoch) {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(epoch);
    }

    static StreamsGroupHeartbeatRequestData join(String group, String member, Topology topology) {
        return heartbeat(group, member, 0)
                .setRebalanceTimeoutMs(5_000)
                .setTopology(topology)
                .setProcessId("process")
                .setActiveTasks(List.of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of());
    }

    static Topology topology(int epoch, Subtopology... parts) {
        return new Topology().setEpoch(epoch).setSubtopologies(new ArrayList<>(List.of(parts)));
    }

    static Subtopology part(String id, String... sources) {
        return new Subtopology().setSubtopologyId(id).setSourceTopics(new ArrayList<>(List.of(sources)));
    }

    private static TopicInfo info(String name, int partitions) {
        return new TopicInfo().setName(name).setPartitions(partitions);
    }

    private static void send(Session session, String step, StreamsGroupHeartbeatRequestData request) {
        session.all(step, ApiKeys.STREAMS_GROUP_HEARTBEAT, request);
    }

    private static void describe(Session session, String step, String... groups) {
        session.all(
                step,
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                new StreamsGroupDescribeRequestData().setGroupIds(List.of(groups)));
    }

    private static TaskIds tasks(String id, Integer... partitions) {
        return new TaskIds().setSubtopologyId(id).setPartitions(List.of(partitions));
    }

    private static void lifecycle(Session session) {
        String group = "streams-group";
        Admin.create(session, group, 2, Map.of());
        ConsumerGroupScenarios.awaitKnown(session, group);
        Admin.awaitCoordinator(session, group);
        send(session, "join", join(group, MEMBER, topology(0, part("0", group))));
        describe(session, "joined", group);
        send(session, "heartbeat", heartbeat(group, MEMBER, 1));
        send(session, "owning", owning(heartbeat(group, MEMBER, 1), tasks("0", 0, 1)));
        send(session, "owning strangers", owning(heartbeat(group, MEMBER, 1), tasks("0", 7), tasks("x", 0)));
        send(session, "owning twice", owning(heartbeat(group, MEMBER, 1), tasks("0", 0), tasks("0", 0)));
        send(session, "epoch before", heartbeat(group, MEMBER, -5));
        send(session, "epoch to come", heartbeat(group, MEMBER, 9));
        send(session, "endpoint", heartbeat(group, MEMBER, 1).setUserEndpoint(endpoint("localhost", 9)));
        send(session, "after endpoint", heartbeat(group, MEMBER, 2).setEndpointInformationEpoch(0));
        send(session, "tags", heartbeat(group, MEMBER, 2).setClientTags(List.of(tag("rack", "r"), tag("zone", ""))));
        send(session, "offsets", offsets(heartbeat(group, MEMBER, 3)));
        describe(session, "told of itself", group);
        send(session, "another joins", join(group, OTHER, topology(0, part("0", group))));
        send(session, "another's topology", join(group, OTHER, topology(0, part("0", group), part("1", group))));
        send(session, "newer topology", join(group, OTHER, topology(5, part("0", group))));
        describe(session, "two", group);
        strangers(session, group);
        send(session, "shutdown", heartbeat(group, OTHER, LEAVE).setShutdownApplication(true));
        send(session, "nobody leaves", heartbeat(group, "nobody", LEAVE));
        send(session, "leave", heartbeat(group, MEMBER, LEAVE));
        send(session, "leave again", heartbeat(group, MEMBER, LEAVE));
        describe(session, "left", group);
        session.all("delete", ApiKeys.DELETE_GROUPS, new DeleteGroupsRequestData().setGroupsNames(List.of(group)));
        describe(session, "deleted", group);
    }

    private static StreamsGroupHeartbeatRequestData owning(StreamsGroupHeartbeatRequestData request, TaskIds... tasks) {
        return request.setActiveTasks(List.of(tasks)).setStandbyTasks(List.of()).setWarmupTasks(List.of());
    }

    private static Endpoint endpoint(String host, int port) {
        return new Endpoint().setHost(host).setPort(port);
    }

    private static KeyValue tag(String key, String value) {
        return new KeyValue().setKey(key).setValue(value);
    }

    private static StreamsGroupHeartbeatRequestData offsets(StreamsGroupHeartbeatRequestData request) {
        List<TaskOffset> all =
                List.of(new TaskOffset().setSubtopologyId("0").setPartition(0).setOffset(5));
        return request.setTaskOffsets(all).setTaskEndOffsets(all);
    }

    /** What is said by those who take it for a group of another kind. */
    private static void strangers(Session session, String group) {
        session.all(
                "classic heartbeat",
                ApiKeys.HEARTBEAT,
                new HeartbeatRequestData().setGroupId(group).setMemberId(MEMBER).setGenerationId(1));
        session.call("classic join", ApiKeys.JOIN_GROUP, (short) 9, GroupScenarios.join(group, "", "range"));
        session.all(
                "share heartbeat",
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                ShareGroupScenarios.heartbeat(group, MEMBER, 0).setSubscribedTopicNames(List.of(group)));
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
                "delete while in use",
                ApiKeys.DELETE_GROUPS,
                new DeleteGroupsRequestData().setGroupsNames(List.of(group)));
        describe(session, "several", group, "streams-nothing", "", group);
        session.all(
                "operations",
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                new StreamsGroupDescribeRequestData()
                        .setGroupIds(List.of(group))
                        .setIncludeAuthorizedOperations(true));
    }

    private static void staticMembers(Session session) {
        String group = "streams-static";
        Admin.create(session, group, 1, Map.of());
        ConsumerGroupScenarios.awaitKnown(session, group);
        Admin.awaitCoordinator(session, group);
        Topology topology = topology(0, part("0", group));
        send(session, "join", join(group, MEMBER, topology).setInstanceId("one"));
        send(session, "taken", join(group, OTHER, topology).setInstanceId("one"));
        send(session, "away", heartbeat(group, MEMBER, PAUSE).setInstanceId("one"));
        send(session, "back", join(group, OTHER, topology).setInstanceId("one"));
        send(session, "fenced", heartbeat(group, MEMBER, 1).setInstanceId("one"));
        send(session, "unknown", heartbeat(group, OTHER, 1).setInstanceId("two"));
        send(session, "away without name", heartbeat(group, OTHER, PAUSE));
        describe(session, "static", group);
        send(session, "leave", heartbeat(group, OTHER, LEAVE).setInstanceId("one"));
    }

    private static void refusals(Session session) {
        String group = "streams-refusals";
        Admin.create(session, group, 1, Map.of());
        ConsumerGroupScenarios.awaitKnown(session, group);
        Admin.awaitCoordinator(session, group);
        OffsetCommitScenarios.commit(session, "streams-classic", group, 0, 0);
        Topology topology = topology(0, part("0", group));
        send(session, "empty group", join("", MEMBER, topology));
        send(session, "blank group", join(" ", MEMBER, topology));
        send(session, "empty member", join(group, "", topology));
        send(session, "long member", join(group + "l", "m".repeat(100), topology));
        send(session, "empty instance", join(group, MEMBER, topology).setInstanceId(""));
        send(session, "empty rack", join(group, MEMBER, topology).setRackId(""));
        send(session, "no timeout", join(group, MEMBER, topology).setRebalanceTimeoutMs(-1));
        send(session, "timeout 0", join(group, MEMBER, topology).setRebalanceTimeoutMs(0));
        send(session, "no topology", join(group, MEMBER, null));
        send(session, "no process", join(group, MEMBER, topology).setProcessId(null));
        send(session, "empty process", join(group, MEMBER, topology).setProcessId(""));
        send(session, "no tasks", join(group, MEMBER, topology).setActiveTasks(null));
        send(session, "tasks", join(group, MEMBER, topology).setActiveTasks(List.of(tasks("0", 0))));
        send(session, "standbys", join(group, MEMBER, topology).setStandbyTasks(List.of(tasks("0", 0))));
        send(session, "warm-ups", join(group, MEMBER, topology).setWarmupTasks(List.of(tasks("0", 0))));
        send(session, "port 0", join(group, MEMBER, topology).setUserEndpoint(endpoint("", 0)));
        send(session, "tag twice", join(group, MEMBER, topology).setClientTags(List.of(tag("a", ""), tag("a", "b"))));
        send(session, "only one kind", heartbeat(group, MEMBER, 1).setActiveTasks(List.of()));
        send(session, "topology later", heartbeat(group, MEMBER, 1).setTopology(topology));
        send(session, "away without name", heartbeat(group, MEMBER, PAUSE));
        send(session, "epoch -3", heartbeat(group, MEMBER, -3));
        send(session, "epoch 5 of nothing", heartbeat("streams-nothing", MEMBER, 5));
        send(session, "leave nothing", heartbeat("streams-nothing", MEMBER, LEAVE));
        send(session, "classic group", join("streams-classic", MEMBER, topology));
        describe(session, "none");
        describe(session, "others", "streams-classic", "streams-nothing");
    }

    private static void topologies(Session session) {
        String source = "streams-topologies";
        Admin.create(session, source, 2, Map.of());
        Admin.create(session, source + "-3", 3, Map.of());
        ConsumerGroupScenarios.awaitKnown(session, source + "-3");
        int number = 0;
        for (Topology topology : List.of(
                topology(0),
                topology(-1, part("0", source)),
                topology(3, part("0", source)),
                topology(0, part("", source)),
                topology(0, part("0")),
                topology(0, part("0", source), part("0", source)),
                topology(0, part("0", "streams-missing")),
                topology(0, part("0", source, source)),
                topology(0, part("0", "a/b")),
                topology(0, part("0", "__consumer_offsets")),
                topology(0, part("0", source).setStateChangelogTopics(List.of(info("a/b", 0)))),
                topology(0, part("0", source).setStateChangelogTopics(List.of(info("__transaction_state", 0)))),
                topology(0, part("0", source).setStateChangelogTopics(List.of(info("streams-changelog-5", 5)))),
                topology(0, part("0", source).setRepartitionSourceTopics(List.of(info("streams-orphan", 0)))),
                topology(0, part("0", source).setRepartitionSinkTopics(List.of("streams-nowhere"))),
                topology(0, part("0", source).setSourceTopicRegex(List.of("streams-t.*"))),
                topology(0, part("0", source).setSourceTopicRegex(List.of("a["))),
                copartitioned(source, source + "-3", 1),
                copartitioned(source, source, 0),
                copartitioned(source, source + "-3", 9))) {
            String group = source + number++;
            Admin.awaitCoordinator(session, group);
            String step = number + " " + topology.subtopologies().size() + " parts";
            send(session, step, join(group, MEMBER, topology));
            describe(session, step, group);
        }
        internalTopics(session, source);
    }

    private static Topology copartitioned(String one, String two, int second) {
        CopartitionGroup together = new CopartitionGroup().setSourceTopics(List.of((short) 0, (short) second));
        return topology(0, part("0", one, two).setCopartitionGroups(List.of(together)));
    }

    /** Topics that the broker creates for the group, and that the members wait for; one of a group, for one step of its epoch. */
    private static void internalTopics(Session session, String source) {
        TopicInfo changelog = info(source + "-changelog", 0);
        internalTopic(session, changelog, topology(0, part("0", source).setStateChangelogTopics(List.of(changelog))));
        TopicInfo repartition = info(source + "-repartition", 0);
        repartition.topicConfigs().add(tag("cleanup.policy", "delete"));
        internalTopic(
                session,
                repartition,
                topology(
                        0,
                        part("0", source).setRepartitionSinkTopics(List.of(repartition.name())),
                        part("1").setRepartitionSourceTopics(List.of(repartition))));
    }

    private static void internalTopic(Session session, TopicInfo topic, Topology topology) {
        String group = topic.name();
        Admin.awaitCoordinator(session, group);
        StreamsGroupHeartbeatResponseData joined = session.latest(
                "join",
                ApiKeys.STREAMS_GROUP_HEARTBEAT,
                join(group, MEMBER, topology),
                StreamsGroupHeartbeatResponseData.class);
        int[] epoch = {joined.memberEpoch()};
        Admin.await("the tasks of " + group, () -> {
            StreamsGroupHeartbeatResponseData answer = session.prepare(
                    ApiKeys.STREAMS_GROUP_HEARTBEAT,
                    owning(heartbeat(group, MEMBER, epoch[0])),
                    StreamsGroupHeartbeatResponseData.class);
            epoch[0] = answer.memberEpoch();
            return answer.activeTasks() != null && !answer.activeTasks().isEmpty();
        });
        send(session, "given tasks", owning(heartbeat(group, MEMBER, epoch[0])));
        describe(session, "with topics", group);
        Admin.awaitKnown(session, topic.name());
        send(session, "leave", heartbeat(group, MEMBER, LEAVE));
    }
}
