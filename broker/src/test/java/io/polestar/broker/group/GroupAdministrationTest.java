package io.polestar.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class GroupAdministrationTest {
    private static final String TOPIC = "weather.wind.seattle";

    @TempDir
    Path directory;

    private GroupFixture broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    static IntStream findVersions() {
        return IntStream.rangeClosed(
                ApiKeys.FIND_COORDINATOR.oldestVersion(), ApiKeys.FIND_COORDINATOR.latestVersion());
    }

    static IntStream listVersions() {
        return IntStream.rangeClosed(ApiKeys.LIST_GROUPS.oldestVersion(), ApiKeys.LIST_GROUPS.latestVersion());
    }

    static IntStream describeVersions() {
        return IntStream.rangeClosed(ApiKeys.DESCRIBE_GROUPS.oldestVersion(), ApiKeys.DESCRIBE_GROUPS.latestVersion());
    }

    @ParameterizedTest
    @MethodSource("findVersions")
    void shouldCreateOffsetsTopicAndFindCoordinatorWithoutRetry(int version) {
        broker = GroupFixture.start(directory);

        FindCoordinatorResponse found = find(version, CoordinatorType.GROUP, "weather");

        Coordinator coordinator = found.coordinators().get(0);
        assertEquals(Errors.NONE.code(), coordinator.errorCode());
        assertEquals(GroupFixture.BROKER_ID, coordinator.nodeId());
        assertEquals("localhost", coordinator.host());
        assertEquals(1, broker.createdOnDemand().size());
        commit("weather");
        assertEquals(1, list(5, new ListGroupsRequestData()).size());
    }

    @Test
    void shouldFindSeveralCoordinatorsAtOnce() {
        broker = GroupFixture.start(directory);

        FindCoordinatorResponse found = broker.call(
                ApiKeys.FIND_COORDINATOR, new FindCoordinatorRequestData().setCoordinatorKeys(List.of("a", "b", "c")));

        assertEquals(
                List.of("a", "b", "c"),
                found.coordinators().stream().map(Coordinator::key).toList());
        assertEquals(1, broker.createdOnDemand().size());
    }

    @ParameterizedTest
    @MethodSource("findVersions")
    void shouldRefuseWhenThereIsNoSuchCoordinator(int version) {
        broker = GroupFixture.start(directory);
        if (version >= 1) {
            assertEquals(
                    Errors.NONE.code(),
                    find(version, CoordinatorType.TRANSACTION, "t")
                            .coordinators()
                            .get(0)
                            .errorCode());
            Errors share = version >= 6 ? Errors.NONE : Errors.INVALID_REQUEST;
            assertEquals(
                    share.code(),
                    find(version, CoordinatorType.SHARE, "g:AAAAAAAAAAAAAAAAAAAAAQ:0")
                            .coordinators()
                            .get(0)
                            .errorCode());
        }
    }

    @ParameterizedTest
    @MethodSource("listVersions")
    void shouldListGroupsInEveryVersion(int version) {
        broker = GroupFixture.start(directory).ready("weather");
        broker.createTopic(TOPIC, 1);
        commit("weather");

        List<ListedGroup> groups = list(version, new ListGroupsRequestData());

        assertEquals(1, groups.size());
        assertEquals("weather", groups.get(0).groupId());
        if (version >= 5) {
            assertEquals("classic", groups.get(0).groupType());
            assertEquals("Empty", groups.get(0).groupState());
        }
    }

    @Test
    void shouldFilterGroupsByStateAndType() {
        broker = GroupFixture.start(directory).ready("weather");
        broker.createTopic(TOPIC, 1);
        commit("weather");

        assertTrue(list(5, new ListGroupsRequestData().setStatesFilter(List.of("Stable")))
                .isEmpty());
        assertEquals(
                1,
                list(5, new ListGroupsRequestData().setStatesFilter(List.of("empty")))
                        .size());
        assertTrue(list(5, new ListGroupsRequestData().setTypesFilter(List.of("consumer")))
                .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("describeVersions")
    void shouldDescribeGroupsInEveryVersion(int version) {
        broker = GroupFixture.start(directory).ready("weather");
        broker.createTopic(TOPIC, 1);
        commit("weather");

        DescribeGroupsResponse response = broker.call(
                ApiKeys.DESCRIBE_GROUPS,
                version,
                new DescribeGroupsRequestData()
                        .setGroups(List.of("weather", "nobody"))
                        .setIncludeAuthorizedOperations(version >= 3));

        DescribedGroup known = response.data().groups().get(0);
        DescribedGroup unknown = response.data().groups().get(1);
        assertEquals("Empty", known.groupState());
        assertEquals(version >= 3, known.authorizedOperations() != Integer.MIN_VALUE);
        assertEquals("Dead", unknown.groupState());
        assertEquals(version >= 6 ? Errors.GROUP_ID_NOT_FOUND.code() : 0, unknown.errorCode());
    }

    @Test
    void shouldDeleteGroupWithItsOffsets() {
        broker = GroupFixture.start(directory).ready("weather");
        broker.createTopic(TOPIC, 1);
        commit("weather");

        DeleteGroupsResponse response = broker.call(
                ApiKeys.DELETE_GROUPS, new DeleteGroupsRequestData().setGroupsNames(List.of("weather", "nobody")));

        assertEquals(Errors.NONE, response.get("weather"));
        assertEquals(Errors.GROUP_ID_NOT_FOUND, response.get("nobody"));
        assertTrue(list(5, new ListGroupsRequestData()).isEmpty());
        OffsetFetchResponse offsets = broker.call(
                ApiKeys.OFFSET_FETCH,
                new OffsetFetchRequestData()
                        .setGroups(List.of(new OffsetFetchRequestGroup()
                                .setGroupId("weather")
                                .setTopics(null))));
        assertTrue(offsets.group("weather").topics().isEmpty());
    }

    @Test
    void shouldRefuseEverywhereWhenNothingIsAllowed() {
        Access nobody = (context, operation, type, name) -> false;
        broker = GroupFixture.start(directory, nobody);

        assertEquals(
                Errors.GROUP_AUTHORIZATION_FAILED.code(),
                find(6, CoordinatorType.GROUP, "weather").coordinators().get(0).errorCode());
        assertTrue(broker.createdOnDemand().isEmpty());
        DeleteGroupsResponse deleted =
                broker.call(ApiKeys.DELETE_GROUPS, new DeleteGroupsRequestData().setGroupsNames(List.of("weather")));
        assertEquals(Errors.GROUP_AUTHORIZATION_FAILED, deleted.get("weather"));
        DescribeGroupsResponse described =
                broker.call(ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsRequestData().setGroups(List.of("weather")));
        assertEquals(
                Errors.GROUP_AUTHORIZATION_FAILED.code(),
                described.data().groups().get(0).errorCode());
    }

    private FindCoordinatorResponse find(int version, CoordinatorType type, String key) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData();
        if (version >= 1) {
            request.setKeyType(type.id());
        }
        return broker.call(
                ApiKeys.FIND_COORDINATOR,
                version,
                version < 4 ? request.setKey(key) : request.setCoordinatorKeys(List.of(key)));
    }

    private List<ListedGroup> list(int version, ListGroupsRequestData request) {
        ListGroupsResponse response = broker.call(ApiKeys.LIST_GROUPS, version, request);
        assertEquals(Errors.NONE.code(), response.data().errorCode());
        return response.data().groups();
    }

    private void commit(String group) {
        if (broker.partitions().all().stream()
                .noneMatch(p -> p.topicPartition().topic().equals(TOPIC))) {
            broker.createTopic(TOPIC, 1);
        }
        broker.call(
                ApiKeys.OFFSET_COMMIT,
                9,
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(TOPIC)
                                .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(1))))));
    }
}
