package io.polestar.ops.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData.CreatableRenewers;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Quotas, replicas, voters, credentials and what a broker without security refuses. */
final class AdminScenarios {
    private static final int TIMEOUT_MS = 5_000;
    private static final String USER = "user";
    private static final String CLIENT = "client-id";
    private static final String IP = "ip";

    private AdminScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("client-quotas", AdminScenarios::quotas),
                new Scenario("elect-leaders", AdminScenarios::elections),
                new Scenario("reassignments", AdminScenarios::reassignments),
                new Scenario("alter-log-dirs", AdminScenarios::logDirs),
                new Scenario("unregister-broker", AdminScenarios::brokers),
                new Scenario("raft-voters", AdminScenarios::voters),
                new Scenario("scram-credentials", AdminScenarios::credentials),
                new Scenario("acls", AdminScenarios::acls),
                new Scenario("delegation-tokens", AdminScenarios::tokens),
                new Scenario("sasl", AdminScenarios::sasl));
    }

    // ---- quotas

    private static AlterClientQuotasRequestData quota(String key, Double value, String... entity) {
        AlterClientQuotasRequestData.EntryData entry = new AlterClientQuotasRequestData.EntryData();
        for (int i = 0; i < entity.length; i += 2) {
            entry.entity()
                    .add(new AlterClientQuotasRequestData.EntityData()
                            .setEntityType(entity[i])
                            .setEntityName(entity[i + 1]));
        }
        entry.ops()
                .add(new AlterClientQuotasRequestData.OpData()
                        .setKey(key)
                        .setValue(value == null ? 0 : value)
                        .setRemove(value == null));
        return new AlterClientQuotasRequestData().setEntries(new ArrayList<>(List.of(entry)));
    }

    private static DescribeClientQuotasRequestData filter(boolean strict, Object... components) {
        DescribeClientQuotasRequestData filter = new DescribeClientQuotasRequestData().setStrict(strict);
        for (int i = 0; i < components.length; i += 3) {
            filter.components()
                    .add(new DescribeClientQuotasRequestData.ComponentData()
                            .setEntityType((String) components[i])
                            .setMatchType(((Integer) components[i + 1]).byteValue())
                            .setMatch((String) components[i + 2]));
        }
        return filter;
    }

    private static void quotas(Session session) {
        for (AlterClientQuotasRequestData request : List.of(
                quota("producer_byte_rate", 1e9, USER, "quota-ann"),
                quota("consumer_byte_rate", 1e9, USER, "quota-ann"),
                quota("request_percentage", 1e6, USER, "quota-ann", CLIENT, "quota-client"),
                quota("controller_mutation_rate", 1e6, USER, "quota-ann", CLIENT, null),
                quota("producer_byte_rate", 1e9, CLIENT, "quota-client"),
                quota("connection_creation_rate", 1e6, IP, "10.1.2.3"),
                quota("connection_creation_rate", 1.5, IP, "10.1.2.3"),
                quota("connection_creation_rate", 1e6, IP, "no such host.invalid"),
                quota("connection_creation_rate", 1e6, USER, "quota-ann"),
                quota("connection_creation_rate", 1e6, USER, "quota-ann", IP, "10.1.2.3"),
                quota("producer_byte_rate", 1e9, IP, "10.1.2.3"),
                quota("producer_byte_rate", 0.0, USER, "quota-ann"),
                quota("producer_byte_rate", -1.0, USER, "quota-ann"),
                quota("producer_byte_rate", 1.5, USER, "quota-ann"),
                quota("producer_byte_rate", 1e300, USER, "quota-ann"),
                quota("producer_byte_rate", Double.NaN, USER, "quota-ann"),
                quota("request_percentage", 1.5, USER, "quota-ann"),
                quota("nonsense", 1.0, USER, "quota-ann"),
                quota("", 1.0, USER, "quota-ann"),
                quota("producer_byte_rate", 1e9, USER, ""),
                quota("producer_byte_rate", 1e9, "nonsense", "x"),
                quota("producer_byte_rate", 1e9, "", "x"),
                quota("producer_byte_rate", 1e9),
                quota("producer_byte_rate", 1e9, USER, "quota-ann", USER, "quota-bob"),
                quota("producer_byte_rate", null, USER, "quota-nobody"),
                quota("nonsense", null, USER, "quota-ann"),
                new AlterClientQuotasRequestData())) {
            session.all("" + request, ApiKeys.ALTER_CLIENT_QUOTAS, request);
            session.all(
                    "validate " + request,
                    ApiKeys.ALTER_CLIENT_QUOTAS,
                    request.duplicate().setValidateOnly(true));
        }
        AlterClientQuotasRequestData twice = quota("producer_byte_rate", 1e9, USER, "quota-ann");
        twice.entries().get(0).ops().add(twice.entries().get(0).ops().get(0).duplicate());
        session.all("key twice", ApiKeys.ALTER_CLIENT_QUOTAS, twice);
        told(session);
        session.all("remove", ApiKeys.ALTER_CLIENT_QUOTAS, quota("producer_byte_rate", null, USER, "quota-ann"));
        session.all("removed", ApiKeys.DESCRIBE_CLIENT_QUOTAS, filter(false, USER, 0, "quota-ann", CLIENT, 2, null));
    }

    private static void told(Session session) {
        for (DescribeClientQuotasRequestData request : List.of(
                filter(true, USER, 0, "quota-ann"),
                filter(true, USER, 0, "quota-ann", CLIENT, 0, "quota-client"),
                filter(true, USER, 0, "quota-ann", CLIENT, 1, null),
                filter(true, CLIENT, 0, "quota-client"),
                filter(false, IP, 0, "10.1.2.3"),
                filter(false, USER, 0, "quota-nobody"),
                filter(true, USER, 1, null),
                filter(false, USER, 0, null),
                filter(false, USER, 1, "x"),
                filter(false, USER, 2, "x"),
                filter(false, USER, 9, null),
                filter(false, "nonsense", 2, null),
                filter(false, "", 2, null),
                filter(false, USER, 2, null, IP, 2, null),
                filter(false, USER, 2, null, USER, 2, null))) {
            session.all("" + request, ApiKeys.DESCRIBE_CLIENT_QUOTAS, request);
        }
    }

    // ---- replicas

    private static ElectLeadersRequestData elect(int type, String topic, Integer... partitions) {
        ElectLeadersRequestData request =
                new ElectLeadersRequestData().setElectionType((byte) type).setTimeoutMs(TIMEOUT_MS);
        request.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions()
                        .setTopic(topic)
                        .setPartitions(List.of(partitions)));
        return request;
    }

    private static void elections(Session session) {
        Admin.create(session, "elect", 2, Map.of());
        for (int type : new int[] {0, 1, 9}) {
            session.all(type + " some", ApiKeys.ELECT_LEADERS, elect(type, "elect", 0, 1, 7, -1));
            session.all(type + " unknown", ApiKeys.ELECT_LEADERS, elect(type, "elect-nothing", 0));
            session.all(type + " no partitions", ApiKeys.ELECT_LEADERS, elect(type, "elect"));
            session.all(type + " no name", ApiKeys.ELECT_LEADERS, elect(type, "", 0));
            session.all(
                    type + " none",
                    ApiKeys.ELECT_LEADERS,
                    new ElectLeadersRequestData().setElectionType((byte) type).setTimeoutMs(TIMEOUT_MS));
            session.all(
                    type + " all",
                    ApiKeys.ELECT_LEADERS,
                    new ElectLeadersRequestData()
                            .setElectionType((byte) type)
                            .setTopicPartitions(null)
                            .setTimeoutMs(TIMEOUT_MS));
        }
    }

    private static AlterPartitionReassignmentsRequestData reassign(
            String topic, int partition, List<Integer> replicas) {
        return new AlterPartitionReassignmentsRequestData()
                .setTimeoutMs(TIMEOUT_MS)
                .setTopics(List.of(new ReassignableTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(replicas)))));
    }

    private static void reassignments(Session session) {
        Admin.create(session, "reassign", 2, Map.of());
        List<List<Integer>> assignments = new ArrayList<>(
                List.of(List.of(1), List.of(), List.of(2), List.of(1, 2), List.of(1, 1), List.of(-1), List.of(2, 1)));
        assignments.add(null);
        for (List<Integer> replicas : assignments) {
            session.all("" + replicas, ApiKeys.ALTER_PARTITION_REASSIGNMENTS, reassign("reassign", 0, replicas));
            session.all(
                    "no factor change " + replicas,
                    ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                    reassign("reassign", 1, replicas).setAllowReplicationFactorChange(false));
            session.all(
                    "unknown " + replicas,
                    ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                    reassign("reassign-nothing", 0, replicas));
            session.all(
                    "partition 9 " + replicas,
                    ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                    reassign("reassign", 9, replicas));
        }
        session.all(
                "nothing",
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                new AlterPartitionReassignmentsRequestData().setTimeoutMs(TIMEOUT_MS));
        for (String topic : List.of("reassign", "reassign-nothing", "")) {
            session.all(
                    "list " + topic,
                    ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                    new ListPartitionReassignmentsRequestData()
                            .setTimeoutMs(TIMEOUT_MS)
                            .setTopics(List.of(new ListPartitionReassignmentsTopics()
                                    .setName(topic)
                                    .setPartitionIndexes(List.of(0, 9)))));
        }
        session.all(
                "list all",
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                new ListPartitionReassignmentsRequestData()
                        .setTimeoutMs(TIMEOUT_MS)
                        .setTopics(null));
    }

    private static void logDirs(Session session) {
        Admin.create(session, "alter-log-dirs", 1, Map.of());
        for (String directory : List.of("/elsewhere", "", "relative")) {
            for (String topic : List.of("alter-log-dirs", "log-dirs-nothing", "", "x".repeat(249))) {
                AlterReplicaLogDirsRequestData.AlterReplicaLogDir move =
                        new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath(directory);
                move.topics()
                        .add(new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                                .setName(topic)
                                .setPartitions(List.of(0)));
                AlterReplicaLogDirsRequestData request = new AlterReplicaLogDirsRequestData();
                request.dirs().add(move);
                session.all(topic + " to " + directory, ApiKeys.ALTER_REPLICA_LOG_DIRS, request);
            }
        }
        session.all("nothing", ApiKeys.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsRequestData());
    }

    private static void brokers(Session session) {
        for (int id : new int[] {7, 0, -1, Integer.MAX_VALUE}) {
            session.all("" + id, ApiKeys.UNREGISTER_BROKER, new UnregisterBrokerRequestData().setBrokerId(id));
        }
    }

    // ---- voters

    private static AddRaftVoterRequestData add(int id, Uuid directory, String listener) {
        AddRaftVoterRequestData request = new AddRaftVoterRequestData()
                .setClusterId(null)
                .setVoterId(id)
                .setVoterDirectoryId(directory)
                .setTimeoutMs(1_000);
        request.listeners()
                .add(new AddRaftVoterRequestData.Listener()
                        .setName(listener)
                        .setHost("127.0.0.1")
                        .setPort(1));
        return request;
    }

    private static void voters(Session session) {
        Uuid other = new Uuid(5, 6);
        for (AddRaftVoterRequestData request : List.of(
                add(1, other, "CONTROLLER"),
                add(1, Uuid.ZERO_UUID, "CONTROLLER"),
                add(-1, other, "CONTROLLER"),
                add(2, other, "NONSENSE"),
                add(2, other, "CONTROLLER").setClusterId("nonsense"),
                add(2, other, "CONTROLLER"))) {
            session.all("" + request, ApiKeys.ADD_RAFT_VOTER, request);
        }
        for (int id : new int[] {-1, 1, 2}) {
            for (Uuid directory : List.of(Uuid.ZERO_UUID, other)) {
                RemoveRaftVoterRequestData request = new RemoveRaftVoterRequestData()
                        .setClusterId(null)
                        .setVoterId(id)
                        .setVoterDirectoryId(directory);
                session.all(id + " " + directory, ApiKeys.REMOVE_RAFT_VOTER, request);
                session.all(
                        "of another cluster " + id + " " + directory,
                        ApiKeys.REMOVE_RAFT_VOTER,
                        request.duplicate().setClusterId("nonsense"));
            }
        }
    }

    // ---- security

    private static AlterUserScramCredentialsRequestData upsert(String user, int mechanism, int iterations, int bytes) {
        AlterUserScramCredentialsRequestData request = new AlterUserScramCredentialsRequestData();
        request.upsertions()
                .add(new ScramCredentialUpsertion()
                        .setName(user)
                        .setMechanism((byte) mechanism)
                        .setIterations(iterations)
                        .setSalt(new byte[bytes])
                        .setSaltedPassword(new byte[bytes]));
        return request;
    }

    private static AlterUserScramCredentialsRequestData delete(String user, int mechanism) {
        AlterUserScramCredentialsRequestData request = new AlterUserScramCredentialsRequestData();
        request.deletions().add(new ScramCredentialDeletion().setName(user).setMechanism((byte) mechanism));
        return request;
    }

    private static void credentials(Session session) {
        for (AlterUserScramCredentialsRequestData request : List.of(
                upsert("scram-ann", 1, 4096, 32),
                upsert("scram-ann", 2, 8192, 64),
                upsert("scram-ann", 2, 16385, 64),
                upsert("scram-ann", 2, 1, 64),
                upsert("scram-ann", 2, 0, 64),
                upsert("scram-ann", 2, -1, 64),
                upsert("scram-ann", 0, 4096, 32),
                upsert("scram-ann", 9, 4096, 32),
                upsert("", 1, 4096, 32),
                upsert("scram-bob", 1, 4096, 0),
                delete("scram-nobody", 1),
                delete("scram-ann", 9),
                delete("", 1),
                new AlterUserScramCredentialsRequestData())) {
            session.all("" + request, ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, request);
        }
        AlterUserScramCredentialsRequestData twice = upsert("scram-ann", 1, 4096, 32);
        twice.deletions().addAll(delete("scram-ann", 1).deletions());
        session.all("twice", ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, twice);
        awaitEverythingKnown(session, "scram-given");
        for (List<String> users : List.of(
                List.of("scram-ann"), List.of("scram-nobody"), List.of(""), List.of("scram-ann", "scram-ann"))) {
            session.all(
                    "describe " + users,
                    ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                    new DescribeUserScramCredentialsRequestData()
                            .setUsers(users.stream()
                                    .map(name -> new UserName().setName(name))
                                    .toList()));
        }
        session.all("delete", ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, delete("scram-ann", 1));
        session.all("delete 2", ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, delete("scram-ann", 2));
        session.all("delete bob", ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, delete("scram-bob", 1));
        awaitEverythingKnown(session, "scram-taken");
        session.all(
                "describe all",
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                new DescribeUserScramCredentialsRequestData().setUsers(null));
    }

    /** A topic made now is known after all that was changed before it. */
    private static void awaitEverythingKnown(Session session, String topic) {
        Admin.create(session, topic, 1, Map.of());
    }

    private static void acls(Session session) {
        session.all(
                "describe",
                ApiKeys.DESCRIBE_ACLS,
                new DescribeAclsRequestData()
                        .setResourceTypeFilter((byte) 1)
                        .setPatternTypeFilter((byte) 1)
                        .setOperation((byte) 1)
                        .setPermissionType((byte) 1));
        CreateAclsRequestData create = new CreateAclsRequestData();
        create.creations()
                .add(new CreateAclsRequestData.AclCreation()
                        .setResourceType((byte) 2)
                        .setResourceName("t")
                        .setResourcePatternType((byte) 3)
                        .setPrincipal("User:ann")
                        .setHost("*")
                        .setOperation((byte) 3)
                        .setPermissionType((byte) 3));
        session.all("create", ApiKeys.CREATE_ACLS, create);
        session.all("create nothing", ApiKeys.CREATE_ACLS, new CreateAclsRequestData());
        DeleteAclsRequestData delete = new DeleteAclsRequestData();
        delete.filters()
                .add(new DeleteAclsRequestData.DeleteAclsFilter()
                        .setResourceTypeFilter((byte) 1)
                        .setPatternTypeFilter((byte) 1)
                        .setOperation((byte) 1)
                        .setPermissionType((byte) 1));
        session.all("delete", ApiKeys.DELETE_ACLS, delete);
        session.all("delete nothing", ApiKeys.DELETE_ACLS, new DeleteAclsRequestData());
    }

    private static void tokens(Session session) {
        session.all("create", ApiKeys.CREATE_DELEGATION_TOKEN, new CreateDelegationTokenRequestData());
        CreateDelegationTokenRequestData ofOther = new CreateDelegationTokenRequestData()
                .setOwnerPrincipalType("User")
                .setOwnerPrincipalName("ann");
        ofOther.renewers().add(new CreatableRenewers().setPrincipalType("Group").setPrincipalName("x"));
        session.all("create of another", ApiKeys.CREATE_DELEGATION_TOKEN, ofOther);
        byte[] hmac = "x".getBytes(StandardCharsets.US_ASCII);
        session.all("renew", ApiKeys.RENEW_DELEGATION_TOKEN, new RenewDelegationTokenRequestData().setHmac(hmac));
        session.all("expire", ApiKeys.EXPIRE_DELEGATION_TOKEN, new ExpireDelegationTokenRequestData().setHmac(hmac));
        session.all(
                "describe all",
                ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                new DescribeDelegationTokenRequestData().setOwners(null));
        session.all("describe none", ApiKeys.DESCRIBE_DELEGATION_TOKEN, new DescribeDelegationTokenRequestData());
    }

    private static void sasl(Session session) {
        session.all("plain", ApiKeys.SASL_HANDSHAKE, new SaslHandshakeRequestData().setMechanism("PLAIN"));
        session.all("nothing", ApiKeys.SASL_HANDSHAKE, new SaslHandshakeRequestData());
        session.all("authenticate", ApiKeys.SASL_AUTHENTICATE, new SaslAuthenticateRequestData());
    }
}
