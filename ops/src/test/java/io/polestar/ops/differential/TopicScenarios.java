package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignmentCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.protocol.ApiKeys;

/** Topics made, grown and deleted. */
final class TopicScenarios {
    private TopicScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("create-topics", TopicScenarios::create),
                new Scenario("create-partitions", TopicScenarios::partitions),
                new Scenario("delete-topics", TopicScenarios::delete));
    }

    private static CreatableTopic topic(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    private static CreatableTopic configured(String name, String... configs) {
        CreatableTopicConfigCollection all = new CreatableTopicConfigCollection();
        for (int i = 0; i < configs.length; i += 2) {
            all.add(new CreatableTopicConfig().setName(configs[i]).setValue(configs[i + 1]));
        }
        return topic(name, 1, 1).setConfigs(all);
    }

    private static CreatableTopic assigned(String name, int[]... replicas) {
        CreatableReplicaAssignmentCollection all = new CreatableReplicaAssignmentCollection();
        for (int i = 0; i < replicas.length; i++) {
            all.add(new CreatableReplicaAssignment().setPartitionIndex(i).setBrokerIds(ids(replicas[i])));
        }
        return topic(name, -1, -1).setAssignments(all);
    }

    private static List<Integer> ids(int... ids) {
        List<Integer> list = new ArrayList<>();
        for (int id : ids) {
            list.add(id);
        }
        return list;
    }

    private static CreateTopicsRequestData create(CreatableTopic... topics) {
        CreatableTopicCollection all = new CreatableTopicCollection();
        for (CreatableTopic topic : topics) {
            all.mustAdd(topic);
        }
        return new CreateTopicsRequestData().setTopics(all).setTimeoutMs(10_000);
    }

    private static void create(Session session) {
        Admin.awaitCoordinator(session, "create-topics");
        for (short version : Session.versions(ApiKeys.CREATE_TOPICS)) {
            String name = "create-" + version;
            CreatableTopic sparse = assigned(name + "s", new int[] {1});
            sparse.assignments().iterator().next().setPartitionIndex(3);
            CreatableTopic both =
                    assigned(name + "b", new int[] {1}).setNumPartitions(1).setReplicationFactor((short) 1);
            for (CreateTopicsRequestData request : List.of(
                    create(topic(name, 2, 1)),
                    create(topic(name, 2, 1)),
                    create(topic(name + "d", -1, -1)),
                    create(topic(name + "p0", 0, 1)),
                    create(topic(name + "p-2", -2, 1)),
                    create(topic(name + "r0", 1, 0)),
                    create(topic(name + "r2", 1, 2)),
                    create(topic(name + "r-2", 1, -2)),
                    create(topic(name + "p", 100_001, 1)),
                    create(topic(name + "p", 10_001, 1)),
                    create(topic("", 1, 1)),
                    create(topic(".", 1, 1)),
                    create(topic("..", 1, 1)),
                    create(topic("a/b", 1, 1)),
                    create(topic("x".repeat(249), 1, 1)),
                    create(topic("x".repeat(250), 1, 1)),
                    create(topic("create_" + version, 1, 1)),
                    create(topic("create." + version, 1, 1)),
                    create(topic("__internal" + version, 1, 1)),
                    create(topic("__consumer_offsets", 1, 1)),
                    create(topic("__cluster_metadata", 1, 1)),
                    create(assigned(name + "a", new int[] {1}, new int[] {1})),
                    create(assigned(name + "a5", new int[] {5})),
                    create(assigned(name + "a11", new int[] {1, 1})),
                    create(assigned(name + "a12", new int[] {1, 2})),
                    create(assigned(name + "ae", new int[] {})),
                    create(assigned(name + "a-", new int[] {-1})),
                    create(sparse),
                    create(both),
                    create(),
                    create(topic(name + "v", 2, 1)).setValidateOnly(true),
                    create(topic(name, 2, 1)).setValidateOnly(true),
                    create(configured(name + "v2", "retention.ms", "5")).setValidateOnly(true),
                    create(topic(name + "t", 1, 1)).setTimeoutMs(0),
                    create(topic(name + "t2", 1, 1)).setTimeoutMs(-5),
                    create(topic(name + "m1", 1, 1), topic(name, 1, 1), topic("a b", 1, 1)))) {
                session.call("" + request.topics() + request.validateOnly(), ApiKeys.CREATE_TOPICS, version, request);
            }
            int number = 0;
            for (String[] configs : new String[][] {
                {"retention.ms", "1000"},
                {"retention.ms", "-1"},
                {"retention.ms", "-2"},
                {"retention.ms", "abc"},
                {"retention.ms", ""},
                {"retention.ms", null},
                {"retention.bytes", "99999999999999999999"},
                {"cleanup.policy", "compact"},
                {"cleanup.policy", "compact,delete"},
                {"cleanup.policy", ""},
                {"cleanup.policy", "nonsense"},
                {"compression.type", "gzip"},
                {"compression.type", "nonsense"},
                {"max.message.bytes", "0"},
                {"max.message.bytes", "-1"},
                {"segment.bytes", "13"},
                {"segment.bytes", "1048576"},
                {"segment.ms", "0"},
                {"min.insync.replicas", "0"},
                {"min.insync.replicas", "5"},
                {"message.timestamp.type", "LogAppendTime"},
                {"message.timestamp.type", "x"},
                {"message.timestamp.before.max.ms", "-1"},
                {"unclean.leader.election.enable", "yes"},
                {"unclean.leader.election.enable", "true"},
                {"remote.storage.enable", "true"},
                {"local.retention.ms", "5", "retention.ms", "1"},
                {"min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"},
                {"leader.replication.throttled.replicas", "*"},
                {"leader.replication.throttled.replicas", "0:1"},
                {"leader.replication.throttled.replicas", "x"},
                {"message.format.version", "2.0"},
                {"message.downconversion.enable", "true"},
                {"nonsense", "1"},
                {"", "1"},
                {"num.partitions", "1"},
                {"retention.ms", "1000", "cleanup.policy", "compact", "segment.bytes", "2000000"}
            }) {
                session.call(
                        "configs " + Arrays.toString(configs),
                        ApiKeys.CREATE_TOPICS,
                        version,
                        create(configured(name + "c" + number++, configs)));
            }
            CreatableTopic twice = topic(name + "twice", 1, 1);
            CreateTopicsRequestData request = create(twice, topic(name + "once", 1, 1));
            request.topics().mustAdd(twice.duplicate().setNumPartitions(3));
            session.call("twice", ApiKeys.CREATE_TOPICS, version, request);
        }
    }

    private static CreatePartitionsTopic grow(String topic, int count, int[]... assignments) {
        List<CreatePartitionsAssignment> all = assignments.length == 0 ? null : new ArrayList<>();
        for (int[] assignment : assignments) {
            all.add(new CreatePartitionsAssignment().setBrokerIds(ids(assignment)));
        }
        return new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(all);
    }

    private static CreatePartitionsRequestData grow(CreatePartitionsTopic... topics) {
        return new CreatePartitionsRequestData()
                .setTopics(new CreatePartitionsTopicCollection(List.of(topics).iterator()))
                .setTimeoutMs(10_000);
    }

    private static void partitions(Session session) {
        for (short version : Session.versions(ApiKeys.CREATE_PARTITIONS)) {
            String topic = "partitions-" + version;
            Admin.create(session, topic, 2, Map.of());
            for (CreatePartitionsRequestData request : List.of(
                    grow(grow(topic, 1)),
                    grow(grow(topic, 2)),
                    grow(grow(topic, 0)),
                    grow(grow(topic, -1)),
                    grow(grow(topic, 3)).setValidateOnly(true),
                    grow(grow(topic, 3)),
                    grow(grow(topic, 3)),
                    grow(grow(topic, 20_000)).setValidateOnly(true),
                    grow(grow(topic, 4, new int[] {1})),
                    grow(grow(topic, 6, new int[] {1})),
                    grow(grow(topic, 5, new int[] {1}, new int[] {1})),
                    grow(grow(topic, 5, new int[] {2})),
                    grow(grow(topic, 5, new int[] {1, 1})),
                    grow(grow(topic, 5, new int[] {1, 2})),
                    grow(grow(topic, 5, new int[] {})),
                    grow(grow("partitions-nothing", 5)),
                    grow(grow("a/b", 5)),
                    grow(grow("", 5)),
                    grow(),
                    grow(grow("partitions-nothing", 5), grow(topic, 6)))) {
                session.call("" + request, ApiKeys.CREATE_PARTITIONS, version, request);
            }
            CreatePartitionsRequestData twice = grow(grow(topic, 9), grow(topic + "x", 4));
            twice.topics().mustAdd(grow(topic, 10));
            session.call("twice", ApiKeys.CREATE_PARTITIONS, version, twice);
        }
    }

    private static void delete(Session session) {
        for (short version : Session.versions(ApiKeys.DELETE_TOPICS)) {
            String topic = "delete-" + version;
            for (String suffix : List.of("a", "b", "c", "d")) {
                Admin.create(session, topic + suffix, 1, Map.of());
            }
            Uuid id = Admin.create(session, topic + "e", 1, Map.of());
            for (List<String> names : List.of(
                    List.of(topic + "a"),
                    List.of(topic + "a"),
                    List.of("delete-nothing", topic + "b"),
                    List.of("a/b"),
                    List.of(""),
                    List.<String>of(),
                    List.of(topic + "c", topic + "c"))) {
                session.call(
                        "" + names,
                        ApiKeys.DELETE_TOPICS,
                        version,
                        version >= 6
                                ? new DeleteTopicsRequestData()
                                        .setTimeoutMs(10_000)
                                        .setTopics(names.stream()
                                                .map(name -> new DeleteTopicState().setName(name))
                                                .toList())
                                : new DeleteTopicsRequestData()
                                        .setTimeoutMs(10_000)
                                        .setTopicNames(names));
            }
            if (version >= 6) {
                for (List<DeleteTopicState> states : List.of(
                        List.of(new DeleteTopicState().setTopicId(new Uuid(6, 6))),
                        List.of(new DeleteTopicState().setName(null)),
                        List.of(new DeleteTopicState().setName(topic + "d").setTopicId(id)),
                        List.of(new DeleteTopicState().setTopicId(id), new DeleteTopicState().setTopicId(id)),
                        List.of(new DeleteTopicState().setTopicId(id), new DeleteTopicState().setName(topic + "e")),
                        List.of(new DeleteTopicState().setTopicId(id)),
                        List.of(new DeleteTopicState().setTopicId(id)))) {
                    session.call(
                            "" + states,
                            ApiKeys.DELETE_TOPICS,
                            version,
                            new DeleteTopicsRequestData().setTimeoutMs(10_000).setTopics(states));
                }
            }
        }
    }
}
