package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.controller.ControllerFixture;
import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MetadataHandlerTest {
    private static final short LATEST = ApiKeys.METADATA.latestVersion();

    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(directory, Map.of("num.partitions", 3));
        Topics.exists(apis, "weather", 2);
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldDescribeATopicInEveryVersion() {
        for (short version : ApiKeys.METADATA.allVersions()) {
            MetadataResponseData answer = call(version, false, "weather");

            MetadataResponseTopic topic = answer.topics().find("weather");
            assertEquals(Errors.NONE, error(topic.errorCode()), "version " + version);
            assertEquals(2, topic.partitions().size());
            assertEquals(1, topic.partitions().get(0).leaderId());
            assertEquals(List.of(1), topic.partitions().get(1).isrNodes());
            assertEquals(version >= 10, !topic.topicId().equals(Uuid.ZERO_UUID));
            assertEquals(version >= 7 ? 0 : -1, topic.partitions().get(0).leaderEpoch());
            assertEquals(19092, answer.brokers().find(1).port());
            assertEquals(version >= 2, answer.clusterId() != null);
        }
    }

    @Test
    void shouldNameAllTopicsWhenTheListIsNullOrEmptyInVersion0() {
        MetadataResponse byEmptyList = apis.call(new MetadataRequest(new MetadataRequestData(), (short) 0));
        MetadataResponse byNull = apis.call(MetadataRequest.Builder.allTopics().build(LATEST));

        assertTrue(byEmptyList.data().topics().find("weather") != null);
        assertTrue(byNull.data().topics().find("weather") != null);
    }

    @Test
    void shouldNameNoTopicWhenTheListIsEmpty() {
        assertEquals(0, call(LATEST, true).topics().size());
        assertEquals(1, call(LATEST, true).brokers().size());
    }

    @Test
    void shouldAnswerTheNewTopicWhenItMayBeCreated() {
        MetadataResponseTopic topic = call(LATEST, true, "born").topics().find("born");

        assertEquals(Errors.NONE, error(topic.errorCode()));
        assertEquals(3, topic.partitions().size());
        assertEquals(1, topic.partitions().get(2).leaderId());
    }

    @Test
    void shouldAlwaysCreateBeforeVersion4() {
        assertEquals(
                Errors.NONE,
                error(call((short) 1, false, "old").topics().find("old").errorCode()));
    }

    @Test
    void shouldCreateAnInternalTopicAsItsCoordinatorNeedsIt() {
        MetadataResponseTopic topic =
                call(LATEST, true, "__consumer_offsets").topics().find("__consumer_offsets");

        assertTrue(topic.isInternal());
        assertEquals(50, topic.partitions().size());
        var configs = apis.controller()
                .controller()
                .metadataCache()
                .config(new ConfigResource(ConfigResource.Type.TOPIC, "__consumer_offsets"));
        assertEquals("compact", configs.get("cleanup.policy"));
        assertEquals("producer", configs.get("compression.type"));
    }

    @Test
    void shouldNotCreateATopicWhenTheRequestForbidsIt() {
        MetadataResponseTopic topic = call(LATEST, false, "absent").topics().find("absent");

        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, error(topic.errorCode()));
        assertFalse(apis.controller().controller().metadataCache().contains("absent"));
    }

    @Test
    void shouldRefuseAnIllegalName() {
        MetadataResponseData created = call(LATEST, true, "no/slash", "__cluster_metadata");
        MetadataResponseData described = call(LATEST, false, "no/slash");

        assertEquals(
                Errors.INVALID_TOPIC_EXCEPTION,
                error(created.topics().find("no/slash").errorCode()));
        assertNotEquals(
                Errors.NONE, error(created.topics().find("__cluster_metadata").errorCode()));
        assertEquals(
                Errors.INVALID_TOPIC_EXCEPTION,
                error(described.topics().find("no/slash").errorCode()));
    }

    @Test
    void shouldFindTopicsByIdFromVersion12() {
        Uuid known = apis.controller().controller().metadataCache().getTopicId("weather");
        Uuid unknown = Uuid.randomUuid();

        MetadataResponse answer = apis.call(byIds(known, unknown, LATEST));

        assertEquals(2, answer.data().topics().find("weather").partitions().size());
        MetadataResponseTopic absent = answer.data().topics().stream()
                .filter(topic -> topic.topicId().equals(unknown))
                .findFirst()
                .orElseThrow();
        assertEquals(Errors.UNKNOWN_TOPIC_ID, error(absent.errorCode()));
        assertNull(absent.name());
    }

    @Test
    void shouldRefuseIdsInVersion11() {
        MetadataRequestData data = new MetadataRequestData();
        data.topics().add(new MetadataRequestTopic().setName("weather").setTopicId(Uuid.randomUuid()));

        MetadataResponse answer = apis.call(new MetadataRequest(data, (short) 11));

        assertEquals(1, answer.topicsByError(Errors.INVALID_REQUEST).size());
    }

    @Test
    void shouldRefuseATopicWithoutNameAndId() {
        MetadataResponse answer = apis.call(byIds(Uuid.ZERO_UUID, Uuid.ZERO_UUID, LATEST));

        assertEquals(
                Errors.INVALID_REQUEST,
                error(answer.data().topics().iterator().next().errorCode()));
    }

    @Test
    void shouldCreateATopicOnceWhenManyAskForIt() {
        var results = IntStream.range(0, 20)
                .mapToObj(i -> apis.creation().create(List.of("popular"), KafkaPrincipal.ANONYMOUS))
                .toList();

        results.forEach(result -> assertEquals(Map.of("popular", Errors.NONE), ControllerFixture.await(result)));
    }

    @Test
    void shouldTellAuthorizedOperationsWhenAsked() {
        MetadataRequestData data = new MetadataRequestData()
                .setIncludeTopicAuthorizedOperations(true)
                .setIncludeClusterAuthorizedOperations(true);
        data.topics().add(new MetadataRequestTopic().setName("weather"));

        MetadataResponse answer = apis.call(new MetadataRequest.Builder(data).build((short) 8));

        int operations = answer.data().topics().find("weather").topicAuthorizedOperations();
        assertTrue((operations & 1 << AclOperation.READ.code()) != 0);
        assertTrue((answer.data().clusterAuthorizedOperations() & 1 << AclOperation.CREATE.code()) != 0);
        assertEquals(
                MetadataResponse.AUTHORIZED_OPERATIONS_OMITTED,
                call(LATEST, false, "weather").topics().find("weather").topicAuthorizedOperations());
    }

    @Test
    void shouldHideWhatMayNotBeDescribed() {
        Access nobody = (context, operation, type, name) -> false;

        MetadataResponse named = apis.call(request(LATEST, true, "weather"), nobody);
        MetadataResponse all = apis.call(MetadataRequest.Builder.allTopics().build(LATEST), nobody);

        MetadataResponseTopic hidden = named.data().topics().find("weather");
        assertEquals(Errors.TOPIC_AUTHORIZATION_FAILED, error(hidden.errorCode()));
        assertEquals(Uuid.ZERO_UUID, hidden.topicId());
        assertEquals(0, all.data().topics().size());
    }

    @Test
    void shouldNotCreateATopicWhenTheClientMayNot() {
        Access readers =
                (context, operation, type, name) -> operation == AclOperation.DESCRIBE && type == ResourceType.TOPIC;

        MetadataResponse answer = apis.call(request(LATEST, true, "forbidden"), readers);

        assertEquals(
                Errors.TOPIC_AUTHORIZATION_FAILED,
                error(answer.data().topics().find("forbidden").errorCode()));
        assertFalse(apis.controller().controller().metadataCache().contains("forbidden"));
    }

    private static MetadataResponseData call(short version, boolean mayCreate, String... names) {
        MetadataResponse answer = apis.call(request(version, mayCreate, names));
        return answer.data();
    }

    private static MetadataRequest request(short version, boolean mayCreate, String... names) {
        MetadataRequestData data = new MetadataRequestData().setAllowAutoTopicCreation(version < 4 || mayCreate);
        for (String name : names) {
            data.topics().add(new MetadataRequestTopic().setName(name));
        }
        return new MetadataRequest(data, version);
    }

    private static MetadataRequest byIds(Uuid first, Uuid second, short version) {
        MetadataRequestData data = new MetadataRequestData().setAllowAutoTopicCreation(false);
        data.topics().add(new MetadataRequestTopic().setName(null).setTopicId(first));
        data.topics().add(new MetadataRequestTopic().setName(null).setTopicId(second));
        return new MetadataRequest(data, version);
    }
}
