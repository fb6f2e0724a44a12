package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.apache.kafka.common.requests.DescribeQuorumResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.apache.kafka.common.requests.UpdateFeaturesResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** DescribeCluster, DescribeTopicPartitions, DescribeQuorum, UpdateFeatures. */
@Timeout(60)
class DescribeClusterHandlersTest {
    private static final Access NOBODY = (context, operation, type, name) -> false;

    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(directory, Map.of());
        Topics.exists(apis, "a", 3);
        Topics.exists(apis, "b", 1);
        Topics.exists(apis, "c", 2);
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldDescribeTheClusterInEveryVersion() {
        for (short version : ApiKeys.DESCRIBE_CLUSTER.allVersions()) {
            DescribeClusterResponse answer =
                    apis.call(new DescribeClusterRequest(new DescribeClusterRequestData(), version));

            assertEquals(
                    apis.controller().controller().clusterId(), answer.data().clusterId());
            assertEquals(1, answer.data().controllerId());
            assertEquals(19092, answer.data().brokers().find(1).port());
        }
    }

    @Test
    void shouldRefuseEndpointsOfControllers() {
        DescribeClusterResponse controllers = apis.call(
                new DescribeClusterRequest(new DescribeClusterRequestData().setEndpointType((byte) 2), (short) 1));
        DescribeClusterResponse unknown = apis.call(
                new DescribeClusterRequest(new DescribeClusterRequestData().setEndpointType((byte) 9), (short) 1));

        assertEquals(Errors.MISMATCHED_ENDPOINT_TYPE, error(controllers.data().errorCode()));
        assertEquals(Errors.UNSUPPORTED_ENDPOINT_TYPE, error(unknown.data().errorCode()));
    }

    @Test
    void shouldPageThroughPartitionsInOrder() {
        List<String> seen = new ArrayList<>();
        Cursor cursor = null;
        do {
            DescribeTopicPartitionsResponseData page = partitions(cursor, 2);
            page.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> seen.add(topic.name() + partition.partitionIndex())));
            cursor = page.nextCursor() == null
                    ? null
                    : new Cursor()
                            .setTopicName(page.nextCursor().topicName())
                            .setPartitionIndex(page.nextCursor().partitionIndex());
        } while (cursor != null);

        assertEquals(List.of("a0", "a1", "a2", "b0", "c0", "c1"), seen);
    }

    @Test
    void shouldAnswerUnknownAndForbiddenTopicsByName() {
        DescribeTopicPartitionsResponseData unknown = partitions(null, 10, "absent", "no/slash");
        DescribeTopicPartitionsResponse forbidden = apis.call(request(null, 10, "a"), NOBODY);
        DescribeTopicPartitionsResponse allForbidden = apis.call(request(null, 10), NOBODY);

        assertEquals(
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                error(unknown.topics().find("absent").errorCode()));
        assertEquals(
                Errors.INVALID_TOPIC_EXCEPTION,
                error(unknown.topics().find("no/slash").errorCode()));
        assertEquals(
                Errors.TOPIC_AUTHORIZATION_FAILED,
                error(forbidden.data().topics().find("a").errorCode()));
        assertEquals(0, allForbidden.data().topics().size());
        assertNull(unknown.nextCursor());
    }

    @Test
    void shouldRefuseACursorThatFitsNoTopic() {
        Cursor elsewhere = new Cursor().setTopicName("z").setPartitionIndex(0);
        Cursor negative = new Cursor().setTopicName("a").setPartitionIndex(-1);

        assertEquals(Errors.INVALID_REQUEST, firstError(request(elsewhere, 10, "a")));
        assertEquals(Errors.INVALID_REQUEST, firstError(request(negative, 10, "a")));
    }

    @Test
    void shouldDescribeTheQuorumOfOne() {
        for (short version : ApiKeys.DESCRIBE_QUORUM.allVersions()) {
            DescribeQuorumResponse answer = apis.call(new DescribeQuorumRequest.Builder(
                            DescribeQuorumRequest.singletonRequest(Topic.CLUSTER_METADATA_TOPIC_PARTITION))
                    .build(version));

            var partition = answer.data().topics().get(0).partitions().get(0);
            assertEquals(1, partition.leaderId());
            assertEquals(1, partition.currentVoters().size());
            assertTrue(partition.highWatermark() > 0);
        }
    }

    @Test
    void shouldRefuseFeaturesThatAreNotImplemented() {
        UpdateFeaturesResponse answer = apis.call(feature("eligible.leader.replicas.version", 1));

        assertTrue(error(answer.data().errorCode()) != Errors.NONE
                || answer.data().results().stream().anyMatch(result -> error(result.errorCode()) != Errors.NONE));
    }

    private static UpdateFeaturesRequest feature(String name, int level) {
        UpdateFeaturesRequestData data = new UpdateFeaturesRequestData().setTimeoutMs(10_000);
        data.featureUpdates().add(new FeatureUpdateKey().setFeature(name).setMaxVersionLevel((short) level));
        return new UpdateFeaturesRequest(data, ApiKeys.UPDATE_FEATURES.latestVersion());
    }

    private static Errors firstError(DescribeTopicPartitionsRequest request) {
        DescribeTopicPartitionsResponse answer = apis.call(request);
        return error(answer.data().topics().iterator().next().errorCode());
    }

    private static DescribeTopicPartitionsResponseData partitions(Cursor cursor, int limit, String... names) {
        DescribeTopicPartitionsResponse answer = apis.call(request(cursor, limit, names));
        return answer.data();
    }

    private static DescribeTopicPartitionsRequest request(Cursor cursor, int limit, String... names) {
        DescribeTopicPartitionsRequestData data =
                new DescribeTopicPartitionsRequestData().setCursor(cursor).setResponsePartitionLimit(limit);
        for (String name : names) {
            data.topics().add(new TopicRequest().setName(name));
        }
        return new DescribeTopicPartitionsRequest(data, (short) 0);
    }
}
