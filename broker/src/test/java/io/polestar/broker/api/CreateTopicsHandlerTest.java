package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static io.polestar.broker.api.Topics.create;
import static io.polestar.broker.api.Topics.topic;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.policy.CreateTopicPolicy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CreateTopicsHandlerTest {
    private static ApiFixture apis;

    /** Refuses one name. */
    public static final class NamePolicy implements CreateTopicPolicy {
        @Override
        public void validate(RequestMetadata topic) {
            if (topic.topic().equals("against-policy")) {
                throw new PolicyViolationException("not here");
            }
        }

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {}
    }

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(
                directory, Map.of("num.partitions", 4, "create.topic.policy.class.name", NamePolicy.class.getName()));
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldCreateInEveryVersionAndLeadAtOnce() {
        for (short version : ApiKeys.CREATE_TOPICS.allVersions()) {
            String name = "version-" + version;

            CreatableTopicResult result = one(apis.call(create(version, topic(name, 2, Map.of()))));

            assertEquals(Errors.NONE, error(result.errorCode()), result.errorMessage());
            assertEquals(version >= 7, !result.topicId().equals(Uuid.ZERO_UUID));
            assertEquals(version >= 5 ? 2 : -1, result.numPartitions());
            assertEquals(
                    1,
                    apis.controller()
                            .controller()
                            .metadataCache()
                            .getLeaderAndIsr(name, 1)
                            .orElseThrow()
                            .leader());
        }
    }

    @Test
    void shouldTakeTheBrokersDefaultsWhenNothingIsSaid() {
        CreatableTopic topic = topic("defaults", -1, Map.of()).setReplicationFactor((short) -1);

        CreatableTopicResult result = one(apis.call(create(topic)));

        assertEquals(4, result.numPartitions());
        assertEquals(1, result.replicationFactor());
    }

    @Test
    void shouldTellConfigsWithTheirSources() {
        CreatableTopicResult result = one(apis.call(create(topic("configured", 1, Map.of("retention.ms", "60000")))));

        CreatableTopicConfigs own = config(result, "retention.ms");
        CreatableTopicConfigs inherited = config(result, "segment.bytes");
        assertEquals("60000", own.value());
        assertEquals(ConfigSource.TOPIC_CONFIG.id(), own.configSource());
        assertEquals("1073741824", inherited.value());
        assertEquals(ConfigSource.DEFAULT_CONFIG.id(), inherited.configSource());
    }

    @Test
    void shouldCreateAViewOnlyForThoseWhoMayReadAllThatItShows() {
        Topics.exists(apis, "readable.secret", 1);
        Topics.exists(apis, "readable.open", 1);
        Access prefix = (context, operation, type, name) ->
                operation == AclOperation.CREATE || operation == AclOperation.READ && name.startsWith("readable.");
        Access butOne = (context, operation, type, name) ->
                prefix.allowed(context, operation, type, name) && !name.equals("readable.secret");
        Map<String, String> fine = Map.of("polestar.view.pattern", "readable.>");

        assertEquals(
                Errors.NONE,
                error(one(apis.call(create(topic("view-1", 1, fine)), prefix)).errorCode()));
        assertEquals(
                Errors.TOPIC_AUTHORIZATION_FAILED,
                error(one(apis.call(create(topic("view-2", 1, fine)), butOne)).errorCode()));
        assertEquals(
                Errors.TOPIC_AUTHORIZATION_FAILED,
                error(one(apis.call(create(topic("view-3", 1, Map.of("polestar.view.pattern", "*.open"))), prefix))
                        .errorCode()));
    }

    @Test
    void shouldHideConfigsFromThoseWhoMayNotDescribeThem() {
        Access creators = (context, operation, type, name) -> operation == AclOperation.CREATE;

        CreatableTopicResult result = one(apis.call(create(topic("secretive", 1, Map.of())), creators));

        assertEquals(Errors.NONE, error(result.errorCode()));
        assertEquals(Errors.TOPIC_AUTHORIZATION_FAILED, error(result.topicConfigErrorCode()));
        assertEquals(-1, result.numPartitions());
    }

    @Test
    void shouldOnlyCheckWhenAskedTo() {
        CreateTopicsRequest request = create(topic("checked", 1, Map.of()));
        request.data().setValidateOnly(true);

        assertEquals(Errors.NONE, error(one(apis.call(request)).errorCode()));
        assertFalse(apis.controller().controller().metadataCache().contains("checked"));
    }

    @Test
    void shouldFollowAManualAssignment() {
        CreatableTopic good = topic("assigned", -1, Map.of()).setReplicationFactor((short) -1);
        good.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(1)));
        CreatableTopic bad = topic("misassigned", -1, Map.of()).setReplicationFactor((short) -1);
        bad.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(7)));

        CreateTopicsResponse answer = apis.call(create(good, bad));

        assertEquals(Errors.NONE, result(answer, "assigned"));
        assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, result(answer, "misassigned"));
    }

    @Test
    void shouldRefuseEachTopicForItself() {
        Topics.exists(apis, "there", 1);
        Topics.exists(apis, "col.lide", 1);

        CreateTopicsResponse answer = apis.call(create(
                topic("there", 1, Map.of()),
                topic("col_lide", 1, Map.of()),
                topic("no space", 1, Map.of()),
                topic("none", 0, Map.of()),
                topic("two-replicas", 1, Map.of()).setReplicationFactor((short) 2),
                topic("no-replicas", 1, Map.of()).setReplicationFactor((short) 0),
                topic("unknown-config", 1, Map.of("no.such.config", "1")),
                topic("bad-config", 1, Map.of("retention.ms", "soon")),
                topic("null-config", 1, java.util.Collections.singletonMap("retention.ms", null)),
                topic("against-policy", 1, Map.of()),
                topic("__cluster_metadata", 1, Map.of()),
                topic("fine", 1, Map.of())));

        assertEquals(Errors.TOPIC_ALREADY_EXISTS, result(answer, "there"));
        assertEquals(Errors.INVALID_TOPIC_EXCEPTION, result(answer, "col_lide"));
        assertEquals(Errors.INVALID_TOPIC_EXCEPTION, result(answer, "no space"));
        assertEquals(Errors.INVALID_PARTITIONS, result(answer, "none"));
        assertEquals(Errors.INVALID_REPLICATION_FACTOR, result(answer, "two-replicas"));
        assertEquals(Errors.INVALID_REPLICATION_FACTOR, result(answer, "no-replicas"));
        assertEquals(Errors.INVALID_CONFIG, result(answer, "unknown-config"));
        assertEquals(Errors.INVALID_CONFIG, result(answer, "bad-config"));
        assertEquals(Errors.INVALID_CONFIG, result(answer, "null-config"));
        assertEquals(Errors.POLICY_VIOLATION, result(answer, "against-policy"));
        assertEquals(Errors.INVALID_REQUEST, result(answer, "__cluster_metadata"));
        assertEquals(Errors.NONE, result(answer, "fine"));
    }

    @Test
    void shouldRefuseMorePartitionsThanOneRequestMayCreate() {
        CreatableTopicResult result = one(apis.call(create(topic("huge", 1_000_000, Map.of()))));

        assertNotEquals(Errors.NONE, error(result.errorCode()));
        assertFalse(apis.controller().controller().metadataCache().contains("huge"));
    }

    @Test
    void shouldRefuseANameGivenTwice() {
        CreateTopicsResponse answer =
                apis.call(create(topic("twice", 1, Map.of()), topic("twice", 2, Map.of()), topic("once", 1, Map.of())));

        assertEquals(Errors.INVALID_REQUEST, result(answer, "twice"));
        assertEquals(Errors.NONE, result(answer, "once"));
        assertFalse(apis.controller().controller().metadataCache().contains("twice"));
    }

    @Test
    void shouldRefuseClientsThatMayNotCreate() {
        Access nobody = (context, operation, type, name) -> false;

        CreatableTopicResult result = one(apis.call(create(topic("forbidden", 1, Map.of())), nobody));

        assertEquals(Errors.TOPIC_AUTHORIZATION_FAILED, error(result.errorCode()));
    }

    @Test
    void shouldAnswerTimedOutWhenNoTimeIsGiven() {
        CreateTopicsRequest request = create(topic("hurried", 1, Map.of()));
        request.data().setTimeoutMs(0);

        assertEquals(Errors.REQUEST_TIMED_OUT, error(one(apis.call(request)).errorCode()));
    }

    @Test
    void shouldAnswerNothingForNoTopic() {
        CreateTopicsResponse answer = apis.call(create());

        assertTrue(answer.data().topics().isEmpty());
        assertNull(answer.data().topics().find("any"));
    }

    private static CreatableTopicResult one(CreateTopicsResponse answer) {
        assertEquals(1, answer.data().topics().size());
        return answer.data().topics().iterator().next();
    }

    private static Errors result(CreateTopicsResponse answer, String name) {
        return error(answer.data().topics().find(name).errorCode());
    }

    private static CreatableTopicConfigs config(CreatableTopicResult result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
