package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CreatePartitionsHandlerTest {
    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(directory, Map.of());
        Topics.exists(apis, "grown", 1);
        Topics.exists(apis, "kept", 3);
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldAddPartitionsInEveryVersion() {
        int count = 2;
        for (short version : ApiKeys.CREATE_PARTITIONS.allVersions()) {
            Map<String, Errors> results = call(request(version, topic("grown", count)));

            assertEquals(Map.of("grown", Errors.NONE), results);
            assertEquals(count, partitions("grown"));
            count++;
        }
    }

    @Test
    void shouldRefuseEachTopicForItself() {
        CreatePartitionsTopic assigned =
                topic("kept", 4).setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(1, 2))));

        assertEquals(
                Map.of("kept", Errors.INVALID_PARTITIONS, "absent", Errors.UNKNOWN_TOPIC_OR_PARTITION),
                call(request(latest(), topic("kept", 2), topic("absent", 2))));
        assertEquals(Map.of("kept", Errors.INVALID_PARTITIONS), call(request(latest(), topic("kept", 3))));
        assertEquals(Map.of("kept", Errors.INVALID_REPLICA_ASSIGNMENT), call(request(latest(), assigned)));
        assertEquals(
                Map.of("kept", Errors.INVALID_REQUEST), call(request(latest(), topic("kept", 4), topic("kept", 5))));
        assertEquals(3, partitions("kept"));
    }

    @Test
    void shouldRefuseMorePartitionsThanTheControllerCanLayOut() {
        assertEquals(
                Map.of("kept", Errors.POLICY_VIOLATION), call(request(latest(), topic("kept", Integer.MAX_VALUE))));
        assertEquals(Map.of("kept", Errors.POLICY_VIOLATION), call(request(latest(), topic("kept", 10_004))));
        assertEquals(3, partitions("kept"));
    }

    @Test
    void shouldOnlyCheckWhenAskedTo() {
        CreatePartitionsRequest request = request(latest(), topic("kept", 9));
        request.data().setValidateOnly(true);

        assertEquals(Map.of("kept", Errors.NONE), call(request));
        assertEquals(3, partitions("kept"));
    }

    @Test
    void shouldRefuseClientsThatMayNotAlter() {
        Access nobody = (context, operation, type, name) -> false;

        CreatePartitionsResponse answer = apis.call(request(latest(), topic("kept", 9)), nobody);

        assertEquals(
                Errors.TOPIC_AUTHORIZATION_FAILED,
                error(answer.data().results().get(0).errorCode()));
    }

    private static short latest() {
        return ApiKeys.CREATE_PARTITIONS.latestVersion();
    }

    private static int partitions(String topic) {
        return apis.controller()
                .controller()
                .metadataCache()
                .numPartitions(topic)
                .orElseThrow();
    }

    private static Map<String, Errors> call(CreatePartitionsRequest request) {
        CreatePartitionsResponse answer = apis.call(request);
        return answer.data().results().stream()
                .collect(Collectors.toMap(result -> result.name(), result -> error(result.errorCode())));
    }

    private static CreatePartitionsTopic topic(String name, int count) {
        return new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null);
    }

    private static CreatePartitionsRequest request(short version, CreatePartitionsTopic... topics) {
        CreatePartitionsRequestData data = new CreatePartitionsRequestData().setTimeoutMs(10_000);
        for (CreatePartitionsTopic topic : topics) {
            data.topics().mustAdd(topic);
        }
        return new CreatePartitionsRequest.Builder(data).build(version);
    }
}
