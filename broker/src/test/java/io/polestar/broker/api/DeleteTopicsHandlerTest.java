package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DeleteTopicsHandlerTest {
    private static final short LATEST = ApiKeys.DELETE_TOPICS.latestVersion();

    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(directory, Map.of());
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldDeleteByNameInEveryVersion() {
        for (short version : ApiKeys.DELETE_TOPICS.allVersions()) {
            String name = "version-" + version;
            Topics.exists(apis, name, 1);

            DeletableTopicResult result = one(apis.call(byNames(version, name)));

            assertEquals(Errors.NONE, error(result.errorCode()));
            assertEquals(name, result.name());
            assertFalse(exists(name));
        }
    }

    @Test
    void shouldDeleteById() {
        Topics.exists(apis, "by-id", 1);
        Uuid id = id("by-id");

        DeletableTopicResult result =
                one(apis.call(states(new DeleteTopicState().setName(null).setTopicId(id))));

        assertEquals(Errors.NONE, error(result.errorCode()));
        assertEquals(id, result.topicId());
        assertFalse(exists("by-id"));
    }

    @Test
    void shouldRefuseUnknownTopics() {
        DeletableTopicResult byName = one(apis.call(byNames(LATEST, "absent")));
        DeletableTopicResult byId =
                one(apis.call(states(new DeleteTopicState().setName(null).setTopicId(Uuid.randomUuid()))));

        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, error(byName.errorCode()));
        assertEquals(Errors.UNKNOWN_TOPIC_ID, error(byId.errorCode()));
    }

    @Test
    void shouldRefuseNamesAndIdsGivenTwiceOrTogetherOrNotAtAll() {
        Topics.exists(apis, "kept", 1);

        DeleteTopicsResponse answer = apis.call(states(
                new DeleteTopicState().setName("twice"),
                new DeleteTopicState().setName("twice"),
                new DeleteTopicState().setName("kept").setTopicId(id("kept")),
                new DeleteTopicState().setName(null)));

        assertEquals(3, answer.data().responses().size());
        answer.data().responses().forEach(result -> assertEquals(Errors.INVALID_REQUEST, error(result.errorCode())));
        assertTrue(exists("kept"));
    }

    @Test
    void shouldRefuseATopicNamedAndIdentifiedInOneRequest() {
        Topics.exists(apis, "both", 1);

        DeleteTopicsResponse answer = apis.call(states(
                new DeleteTopicState().setName("both"),
                new DeleteTopicState().setName(null).setTopicId(id("both"))));

        assertEquals(
                List.of(Errors.INVALID_REQUEST),
                answer.data().responses().stream()
                        .map(result -> error(result.errorCode()))
                        .toList());
        assertTrue(exists("both"));
    }

    @Test
    void shouldNotTellTheNameToThoseWhoMayNotDescribeTheTopic() {
        Topics.exists(apis, "hidden", 1);
        Access nobody = (context, operation, type, name) -> false;
        Access readers = (context, operation, type, name) -> operation == AclOperation.DESCRIBE;
        DeleteTopicState byId = new DeleteTopicState().setName(null).setTopicId(id("hidden"));

        DeletableTopicResult unseen = one(apis.call(states(byId.duplicate()), nobody));
        DeletableTopicResult seen = one(apis.call(states(byId.duplicate()), readers));

        assertEquals(Errors.TOPIC_AUTHORIZATION_FAILED, error(unseen.errorCode()));
        assertNull(unseen.name());
        assertEquals("hidden", seen.name());
        assertTrue(exists("hidden"));
    }

    private static boolean exists(String name) {
        return apis.controller().controller().metadataCache().contains(name);
    }

    private static Uuid id(String name) {
        return apis.controller().controller().metadataCache().getTopicId(name);
    }

    private static DeletableTopicResult one(DeleteTopicsResponse answer) {
        assertEquals(1, answer.data().responses().size());
        return answer.data().responses().iterator().next();
    }

    private static DeleteTopicsRequest byNames(short version, String... names) {
        return new DeleteTopicsRequest.Builder(
                        new DeleteTopicsRequestData().setTimeoutMs(10_000).setTopicNames(List.of(names)))
                .build(version);
    }

    private static DeleteTopicsRequest states(DeleteTopicState... topics) {
        return new DeleteTopicsRequest.Builder(
                        new DeleteTopicsRequestData().setTimeoutMs(10_000).setTopics(List.of(topics)))
                .build(LATEST);
    }
}
