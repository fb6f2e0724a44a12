package io.polestar.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class OffsetsTest {
    private static final String GROUP = "weather";
    private static final String TOPIC = "weather.wind.seattle";
    /** The last version in which a commit says how long it is kept. */
    private static final int WITH_RETENTION = 4;

    private static final int BY_NAME = 9;
    private static final int BY_ID = 10;

    @TempDir
    Path directory;

    private GroupFixture broker;
    private Uuid topicId;

    @BeforeEach
    void start() {
        broker = GroupFixture.start(directory);
        topicId = broker.createTopic(TOPIC, 2);
        broker.ready(GROUP);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    static IntStream commitVersions() {
        return IntStream.rangeClosed(ApiKeys.OFFSET_COMMIT.oldestVersion(), ApiKeys.OFFSET_COMMIT.latestVersion());
    }

    static IntStream fetchVersions() {
        return IntStream.rangeClosed(ApiKeys.OFFSET_FETCH.oldestVersion(), ApiKeys.OFFSET_FETCH.latestVersion());
    }

    @ParameterizedTest
    @MethodSource("commitVersions")
    void shouldCommitInEveryVersion(int version) {
        assertEquals(Errors.NONE, commit(version, topic(version, TOPIC, topicId), 0, 42, "m"));
        assertEquals(42, committed(0));
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void shouldFetchInEveryVersion(int version) {
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 1, 7, "seven");

        OffsetFetchResponsePartitions found = fetch(version, TOPIC, topicId, 1);

        assertEquals(7, found.committedOffset());
        assertEquals("seven", found.metadata());
        assertEquals(-1, fetch(version, TOPIC, topicId, 0).committedOffset(), "nothing committed");
    }

    @ParameterizedTest
    @MethodSource("commitVersions")
    void shouldAnswerPerVersionWhenTopicIsUnknown(int version) {
        Errors expected = version >= BY_ID ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;

        assertEquals(expected, commit(version, topic(version, "nowhere", Uuid.randomUuid()), 0, 1, ""));
    }

    @Test
    void shouldStoreTheKnownWhenOnePartitionIsUnknown() {
        OffsetCommitRequestTopic topic = topic(BY_ID, TOPIC, topicId)
                .setPartitions(List.of(
                        new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(5),
                        new OffsetCommitRequestPartition().setPartitionIndex(9).setCommittedOffset(5)));
        OffsetCommitResponse response =
                broker.call(ApiKeys.OFFSET_COMMIT, BY_ID, commitRequest(GROUP, "", -1, List.of(topic)));

        List<OffsetCommitResponseTopic> topics = response.data().topics();
        assertEquals(1, topics.size());
        assertEquals(topicId, topics.get(0).topicId());
        topics.get(0)
                .partitions()
                .forEach(partition -> assertEquals(
                        partition.partitionIndex() == 0 ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.forCode(partition.errorCode())));
        assertEquals(5, committed(0));
    }

    @Test
    void shouldRefuseWhenMetadataIsTooLarge() {
        assertEquals(
                Errors.OFFSET_METADATA_TOO_LARGE, commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 1, "x".repeat(101)));
    }

    @Test
    void shouldRefuseWhenCommitComesFromUnknownMember() {
        OffsetCommitRequestTopic topic = topic(BY_NAME, TOPIC, null)
                .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(1)));

        OffsetCommitRequestData request = commitRequest(GROUP, "nobody", 3, List.of(topic));

        assertEquals(
                Errors.ILLEGAL_GENERATION, errorOf(broker.call(ApiKeys.OFFSET_COMMIT, 8, request)), "no such group");
        assertEquals(
                Errors.GROUP_ID_NOT_FOUND, errorOf(broker.call(ApiKeys.OFFSET_COMMIT, 9, request)), "no such group");
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 1, "");
        assertEquals(Errors.UNKNOWN_MEMBER_ID, errorOf(broker.call(ApiKeys.OFFSET_COMMIT, 9, request)));
    }

    @Test
    void shouldFetchAgainWhenBrokerRestarts() {
        commit(BY_ID, topic(BY_ID, TOPIC, topicId), 0, 42, "before");
        commit(BY_ID, topic(BY_ID, TOPIC, topicId), 1, 43, "before");
        commit(BY_ID, topic(BY_ID, TOPIC, topicId), 1, 44, "last");
        broker.close();

        broker = broker.restarted().ready(GROUP);

        assertEquals(42, committed(0));
        assertEquals(44, committed(1));
        assertEquals(Errors.NONE, commit(BY_ID, topic(BY_ID, TOPIC, topicId), 1, 45, "after"));
        assertEquals(45, committed(1));
    }

    @Test
    void shouldGoOnWhenThisBrokerIsElectedOnceMore() {
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 42, "");

        broker.reelect(Topic.GROUP_METADATA_TOPIC_NAME);

        assertEquals(Errors.NONE, commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 43, ""));
        assertEquals(43, committed(0));
    }

    @Test
    void shouldForgetOffsetWhenItsRetentionIsOver() {
        OffsetCommitRequestTopic topic = topic(WITH_RETENTION, TOPIC, null);
        topic.setPartitions(
                List.of(new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(3)));
        OffsetCommitRequestData request =
                commitRequest(GROUP, "", -1, List.of(topic)).setRetentionTimeMs(500);
        assertEquals(Errors.NONE, errorOf(broker.call(ApiKeys.OFFSET_COMMIT, WITH_RETENTION, request)));
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 1, 7, "kept for the broker's time");

        Awaitility.await().untilAsserted(() -> assertEquals(-1, committed(0)));
        assertEquals(7, committed(1));
    }

    @Test
    void shouldForgetOffsetsWhenTopicIsDeleted() {
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 42, "");
        String other = "weather.wind.new-york";
        broker.createTopic(other, 1);
        commit(BY_NAME, topic(BY_NAME, other, null), 0, 1, "");

        broker.deleteTopic(TOPIC);

        Awaitility.await()
                .untilAsserted(() -> assertEquals(
                        List.of(other),
                        fetchAll(BY_NAME).topics().stream().map(t -> t.name()).toList()));
        topicId = broker.createTopic(TOPIC, 2);
        assertEquals(-1, committed(0), "the new topic of that name starts anew");
    }

    @Test
    void shouldBeginAnewWhenOffsetsTopicItselfIsDeleted() {
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 42, "");

        broker.deleteTopic(Topic.GROUP_METADATA_TOPIC_NAME);
        broker.ready(GROUP);

        assertEquals(-1, committed(0));
        assertEquals(Errors.NONE, commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 43, ""));
        assertEquals(43, committed(0));
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void shouldFetchAllWhenNoTopicsAreNamed(int version) {
        if (version < 2) {
            return;
        }
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 42, "");

        OffsetFetchResponseGroup all = fetchAll(version);

        assertEquals(Errors.NONE.code(), all.errorCode());
        assertEquals(1, all.topics().size());
        assertEquals(42, all.topics().get(0).partitions().get(0).committedOffset());
    }

    @Test
    void shouldAnswerUnknownTopicIdWhenFetchedByIt() {
        Uuid unknown = Uuid.randomUuid();

        OffsetFetchResponsePartitions found = fetch(BY_ID, "", unknown, 0);

        assertEquals(Errors.UNKNOWN_TOPIC_ID.code(), found.errorCode());
        assertEquals(-1, found.committedOffset());
    }

    @Test
    void shouldForgetOffsetsWhenTheyAreDeleted() {
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 42, "");
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 1, 43, "");

        OffsetDeleteResponse deleted = broker.call(ApiKeys.OFFSET_DELETE, deleteRequest(TOPIC, 0));

        assertEquals(Errors.NONE.code(), deleted.data().errorCode());
        assertEquals(-1, committed(0));
        assertEquals(43, committed(1));
    }

    @Test
    void shouldRefuseWhenOffsetsOfUnknownTopicAreDeleted() {
        commit(BY_NAME, topic(BY_NAME, TOPIC, null), 0, 42, "");

        OffsetDeleteResponse refused = broker.call(ApiKeys.OFFSET_DELETE, deleteRequest("nowhere", 0));

        short code =
                refused.data().topics().find("nowhere").partitions().find(0).errorCode();
        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), code);
    }

    @Test
    void shouldAnswerGroupErrorsWhenGroupToDeleteFromIsUnknown() {
        OffsetDeleteRequestData request = deleteRequest(TOPIC, 0).setGroupId("nobody");

        OffsetDeleteResponse refused = broker.call(ApiKeys.OFFSET_DELETE, request);

        assertEquals(Errors.GROUP_ID_NOT_FOUND.code(), refused.data().errorCode());
        assertTrue(refused.data().topics().isEmpty());
    }

    private static OffsetCommitRequestTopic topic(int version, String name, Uuid id) {
        OffsetCommitRequestTopic topic = new OffsetCommitRequestTopic();
        return version >= BY_ID ? topic.setTopicId(id) : topic.setName(name);
    }

    private Errors commit(int version, OffsetCommitRequestTopic topic, int partition, long offset, String metadata) {
        topic.setPartitions(List.of(new OffsetCommitRequestPartition()
                .setPartitionIndex(partition)
                .setCommittedOffset(offset)
                .setCommittedMetadata(metadata)));
        return errorOf(broker.call(ApiKeys.OFFSET_COMMIT, version, commitRequest(GROUP, "", -1, List.of(topic))));
    }

    private static OffsetCommitRequestData commitRequest(
            String group, String member, int generation, List<OffsetCommitRequestTopic> topics) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(topics);
    }

    private static Errors errorOf(OffsetCommitResponse response) {
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    private long committed(int partition) {
        return fetch(BY_ID, TOPIC, topicId, partition).committedOffset();
    }

    private OffsetFetchResponsePartitions fetch(int version, String name, Uuid id, int partition) {
        OffsetFetchRequestData request = new OffsetFetchRequestData();
        if (version < 8) {
            request.setGroupId(GROUP)
                    .setTopics(List.of(
                            new OffsetFetchRequestTopic().setName(name).setPartitionIndexes(List.of(partition))));
        } else {
            OffsetFetchRequestTopics topic = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(partition));
            request.setGroups(List.of(new OffsetFetchRequestGroup()
                    .setGroupId(GROUP)
                    .setTopics(List.of(version >= BY_ID ? topic.setTopicId(id) : topic.setName(name)))));
        }
        OffsetFetchResponse response = broker.call(ApiKeys.OFFSET_FETCH, version, request);
        return response.group(GROUP).topics().get(0).partitions().get(0);
    }

    private OffsetFetchResponseGroup fetchAll(int version) {
        OffsetFetchRequestData request = new OffsetFetchRequestData();
        if (version < 8) {
            request.setGroupId(GROUP).setTopics(null);
        } else {
            request.setGroups(
                    List.of(new OffsetFetchRequestGroup().setGroupId(GROUP).setTopics(null)));
        }
        OffsetFetchResponse response = broker.call(ApiKeys.OFFSET_FETCH, version, request);
        return response.group(GROUP);
    }

    private static OffsetDeleteRequestData deleteRequest(String topic, int partition) {
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        topics.add(new OffsetDeleteRequestTopic()
                .setName(topic)
                .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(partition))));
        return new OffsetDeleteRequestData().setGroupId(GROUP).setTopics(topics);
    }
}
