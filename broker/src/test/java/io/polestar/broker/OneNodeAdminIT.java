package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AddRaftVoterOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedByAuthenticationException;
import org.apache.kafka.common.errors.VoterNotFoundException;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SaslAuthenticateRequest;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.requests.SaslHandshakeRequest;
import org.apache.kafka.common.requests.SaslHandshakeResponse;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The administration of replicas, voters, credentials and tokens, answered as Apache Kafka's only broker answers. */
@Timeout(60)
class OneNodeAdminIT {
    private static final int NODE = 1;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final TopicPartition ABSENT = new TopicPartition("absent", 0);

    @TempDir
    static Path directory;

    private static BrokerFixture broker;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerFixture.builder(directory).start();
        admin = broker.admin();
        admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                .all()
                .get();
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void shouldHaveEveryApiOfKafkasBrokerListener() {
        Set<ApiKeys> ours = broker.broker().apis().handlers().stream()
                .map(handler -> handler.apiKey())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(ApiKeys.class)));
        assertEquals(ApiKeys.apisForListener(ListenerType.BROKER), ours);
    }

    @Test
    void shouldNeedNoElection() throws Exception {
        var results = admin.electLeaders(ElectionType.PREFERRED, Set.of(PARTITION, ABSENT))
                .partitions()
                .get();
        assertInstanceOf(
                ElectionNotNeededException.class, results.get(PARTITION).orElseThrow());
        assertInstanceOf(
                UnknownTopicOrPartitionException.class, results.get(ABSENT).orElseThrow());
        assertEquals(
                Map.of(),
                admin.electLeaders(ElectionType.PREFERRED, null).partitions().get());
    }

    @Test
    void shouldReassignToNoBrokerThatIsNotThere() throws Exception {
        assertFails(InvalidReplicaAssignmentException.class, () -> reassign(PARTITION, Optional.of(List.of(NODE, 2))));
        assertFails(NoReassignmentInProgressException.class, () -> reassign(PARTITION, Optional.empty()));
        assertFails(UnknownTopicOrPartitionException.class, () -> reassign(ABSENT, Optional.of(List.of(NODE))));
        reassign(PARTITION, Optional.of(List.of(NODE)));
        assertEquals(
                Map.of(), admin.listPartitionReassignments().reassignments().get());
    }

    private static void reassign(TopicPartition partition, Optional<List<Integer>> replicas) throws Exception {
        admin.alterPartitionReassignments(Map.of(partition, replicas.map(NewPartitionReassignment::new)))
                .all()
                .get();
    }

    @Test
    void shouldMoveReplicasToNoDirectoryButTheirs() throws Exception {
        TopicPartitionReplica replica = new TopicPartitionReplica(PARTITION.topic(), 0, NODE);
        String ours = directory.toAbsolutePath().toString();
        admin.alterReplicaLogDirs(Map.of(replica, ours)).all().get();
        assertFails(
                LogDirNotFoundException.class,
                () -> get(
                        admin.alterReplicaLogDirs(Map.of(replica, "/elsewhere")).all()));
        assertFails(
                UnknownTopicOrPartitionException.class,
                () -> get(admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica("absent", 0, NODE), ours))
                        .all()));
    }

    @Test
    void shouldUnregisterNoBrokerThatIsUnknown() {
        assertFails(
                BrokerIdNotRegisteredException.class,
                () -> get(admin.unregisterBroker(7).all()));
    }

    @Test
    void shouldKeepTheQuorumItHas() throws Exception {
        var voter = admin.describeMetadataQuorum().quorumInfo().get().voters().get(0);
        var endpoints = Set.of(new RaftVoterEndpoint(BrokerConfig.CONTROLLER_LISTENER, "127.0.0.1", 1));
        assertFails(
                DuplicateVoterException.class,
                () -> get(admin.addRaftVoter(NODE, voter.replicaDirectoryId(), endpoints)
                        .all()));
        assertFails(
                TimeoutException.class,
                () -> get(
                        admin.addRaftVoter(2, Uuid.randomUuid(), endpoints, new AddRaftVoterOptions().timeoutMs(3_000))
                                .all()));
        assertFails(
                VoterNotFoundException.class,
                () -> get(
                        admin.removeRaftVoter(NODE, voter.replicaDirectoryId()).all()));
        assertEquals(
                1, admin.describeMetadataQuorum().quorumInfo().get().voters().size());
    }

    @Test
    void shouldKeepScramCredentials() throws Exception {
        ScramCredentialInfo strong = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("ann", strong, "secret")))
                .all()
                .get();
        var ann = admin.describeUserScramCredentials(List.of("ann"))
                .description("ann")
                .get();
        assertEquals(List.of(strong), ann.credentialInfos());
        assertFails(
                ResourceNotFoundException.class,
                () -> get(admin.alterUserScramCredentials(
                                List.of(new UserScramCredentialDeletion("bob", ScramMechanism.SCRAM_SHA_256)))
                        .all()));
        admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion("ann", ScramMechanism.SCRAM_SHA_512)))
                .all()
                .get();
        assertEquals(List.of(), admin.describeUserScramCredentials().users().get());
    }

    @Test
    void shouldSayThatThereIsNoAuthorizer() {
        AclBinding binding = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, "t", PatternType.LITERAL),
                new AccessControlEntry("User:ann", "*", AclOperation.READ, AclPermissionType.ALLOW));
        assertFails(
                SecurityDisabledException.class,
                () -> get(admin.createAcls(List.of(binding)).all()));
        assertFails(
                SecurityDisabledException.class,
                () -> get(admin.describeAcls(AclBindingFilter.ANY).values()));
        assertFails(
                SecurityDisabledException.class,
                () -> get(admin.deleteAcls(List.of(AclBindingFilter.ANY)).all()));
    }

    @Test
    void shouldGiveNoTokensToWhoIsNotAuthenticated() {
        assertFails(
                UnsupportedByAuthenticationException.class,
                () -> get(admin.createDelegationToken().delegationToken()));
        assertFails(
                UnsupportedByAuthenticationException.class,
                () -> get(admin.describeDelegationToken().delegationTokens()));
        assertFails(
                UnsupportedByAuthenticationException.class,
                () -> get(admin.renewDelegationToken(new byte[1]).expiryTimestamp()));
        assertFails(
                UnsupportedByAuthenticationException.class,
                () -> get(admin.expireDelegationToken(new byte[1]).expiryTimestamp()));
    }

    @Test
    void shouldRefuseSaslWhereThereIsNone() throws IOException {
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            SaslHandshakeResponse handshake = connection.call(
                    new SaslHandshakeRequest(new SaslHandshakeRequestData().setMechanism("PLAIN"), (short) 1),
                    SaslHandshakeResponse.class);
            assertEquals(Errors.ILLEGAL_SASL_STATE, handshake.error());
            SaslAuthenticateResponse authenticate = connection.call(
                    new SaslAuthenticateRequest(new SaslAuthenticateRequestData(), (short) 2),
                    SaslAuthenticateResponse.class);
            assertEquals(Errors.ILLEGAL_SASL_STATE, authenticate.error());
        }
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get();
    }

    private static void assertFails(Class<? extends Throwable> cause, Executable call) {
        assertInstanceOf(cause, assertThrows(ExecutionException.class, call).getCause());
    }
}
