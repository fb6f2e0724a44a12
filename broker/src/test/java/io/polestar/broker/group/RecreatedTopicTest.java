package io.polestar.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A topic is deleted, and created again, under a member of the consumer protocol. The stock client keeps the position by
 * name and gives it up, at its next heartbeat, with a commit under the new topic's id.
 */
@Timeout(60)
class RecreatedTopicTest {
    private static final String GROUP = "weather";
    private static final String TOPIC = "weather.wind.seattle";
    private static final long NOTHING = -1;

    @TempDir
    Path directory;

    private GroupFixture broker;
    private String member;
    private int epoch;
    private Uuid oldId;

    @BeforeEach
    void readFiveRecords() {
        broker = GroupFixture.start(directory);
        oldId = broker.createTopic(TOPIC, 1);
        broker.ready(GROUP);
        ConsumerGroupHeartbeatResponse joined = broker.call(
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(Uuid.randomUuid().toString())
                        .setRebalanceTimeoutMs(10_000)
                        .setSubscribedTopicNames(List.of(TOPIC))
                        .setTopicPartitions(List.of()));
        member = joined.data().memberId();
        epoch = joined.data().memberEpoch();
        assertEquals(Errors.NONE, commit(oldId, 5));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Uuid recreate() {
        broker.deleteTopic(TOPIC);
        return broker.createTopic(TOPIC, 1);
    }

    @Test
    void shouldForgetTheGroupsOffsetWhenTheTopicIsCreatedAgain() {
        Uuid newId = recreate();

        assertEquals(NOTHING, committed(newId));
        assertEquals(Errors.UNKNOWN_TOPIC_ID, commit(oldId, 6));
        assertEquals(NOTHING, committed(newId));
    }

    @Test
    void shouldRefuseThePositionInTheDeletedTopicWhenItIsCommittedToTheNewOne() {
        Uuid newId = recreate();
        append(4);

        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, commit(newId, 5));
        assertEquals(NOTHING, committed(newId));
    }

    @Test
    void shouldTakePositionsInTheNewTopic() {
        Uuid newId = recreate();
        append(4);

        assertEquals(Errors.NONE, commit(newId, 4));
        assertEquals(4, committed(newId));
    }

    @Test
    void shouldTakeAnyOffsetAsApacheKafkaDoesWhenTheNameIsNew() {
        assertEquals(Errors.NONE, commit(oldId, 1000));
        assertEquals(1000, committed(oldId));
    }

    private void append(int records) {
        for (int i = 0; i < records; i++) {
            broker.append(TOPIC, 0, MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("new".getBytes())));
        }
    }

    private Errors commit(Uuid topicId, long offset) {
        OffsetCommitResponse response = broker.call(
                ApiKeys.OFFSET_COMMIT,
                new OffsetCommitRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(member)
                        .setGenerationIdOrMemberEpoch(epoch)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setTopicId(topicId)
                                .setPartitions(
                                        List.of(new OffsetCommitRequestPartition().setCommittedOffset(offset))))));
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    private long committed(Uuid topicId) {
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setMemberEpoch(epoch)
                .setTopics(List.of(
                        new OffsetFetchRequestTopics().setTopicId(topicId).setPartitionIndexes(List.of(0))));
        OffsetFetchResponse response =
                broker.call(ApiKeys.OFFSET_FETCH, new OffsetFetchRequestData().setGroups(List.of(group)));
        return response.group(GROUP).topics().get(0).partitions().get(0).committedOffset();
    }
}
