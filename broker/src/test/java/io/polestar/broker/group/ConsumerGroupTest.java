package io.polestar.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.server.common.GroupVersion;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConsumerGroupTest {
    private static final String GROUP = "weather";
    private static final String TOPIC = "weather.wind.seattle";
    private static final int PARTITIONS = 4;

    @TempDir
    Path directory;

    private GroupFixture broker;
    private Uuid topicId;

    @BeforeEach
    void start() {
        broker = GroupFixture.start(directory);
        topicId = broker.createTopic(TOPIC, PARTITIONS);
        broker.ready(GROUP);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void shouldAssignAtOnceWhenFirstMemberJoins() {
        Member member = new Member();

        member.beat();

        assertEquals(Set.of(0, 1, 2, 3), member.owned);
        assertTrue(member.epoch > 0);
        assertEquals(500, member.heartbeatIntervalMs);
    }

    @Test
    void shouldConvergeWhenSecondMemberJoins() {
        Member first = new Member();
        first.beat();
        Member second = new Member();

        // Second joins, first hears of it and gives up half, first confirms, second gets it.
        second.beat();
        first.beat();
        first.beat();
        second.beat();

        assertEquals(2, first.owned.size());
        assertEquals(2, second.owned.size());
        Set<Integer> all = new TreeSet<>(first.owned);
        all.addAll(second.owned);
        assertEquals(PARTITIONS, all.size());
    }

    @Test
    void shouldGiveEverythingToTheOtherWhenMemberLeaves() {
        Member first = new Member();
        Member second = new Member();
        first.beat();
        second.beat();
        first.beat();
        first.beat();
        second.beat();

        second.leave();
        first.beat();

        assertEquals(PARTITIONS, first.owned.size());
        assertEquals(1, broker.gone("left"));
        assertEquals(0, broker.gone("expired"));
    }

    @Test
    void shouldRefuseWhenMemberIsUnknownOrItsEpochIsWrong() {
        Member member = new Member();
        member.beat();

        assertEquals(Errors.UNKNOWN_MEMBER_ID, error(beat("nobody", 1)));
        assertEquals(Errors.FENCED_MEMBER_EPOCH, error(beat(member.id, 99)));
        assertEquals(Errors.STALE_MEMBER_EPOCH, commit(member.id, 0));
        assertEquals(Errors.NONE, commit(member.id, member.epoch));
    }

    @Test
    void shouldMatchTopicsWhenMemberSubscribesByExpression() {
        Member member = new Member();
        member.topics = null;
        member.expression = "weather\\..*";

        Awaitility.await().untilAsserted(() -> {
            member.beat();
            assertEquals(Set.of(0, 1, 2, 3), member.owned);
        });
    }

    @Test
    void shouldRefuseWhenExpressionIsInvalid() {
        ConsumerGroupHeartbeatResponse refused = broker.call(
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                request(Uuid.randomUuid().toString(), 0)
                        .setSubscribedTopicNames(null)
                        .setSubscribedTopicRegex("("));

        assertEquals(Errors.INVALID_REGULAR_EXPRESSION, error(refused));
    }

    @Test
    void shouldKnowMembersWhenBrokerRestarts() {
        Member member = new Member();
        member.beat();
        broker.close();

        broker = broker.restarted().ready(GROUP);

        ConsumerGroupHeartbeatResponse response = beat(member.id, member.epoch);
        assertEquals(Errors.NONE, error(response));
        assertEquals(member.epoch, response.data().memberEpoch());
    }

    @Test
    void shouldDescribeMembersAndUnknownGroups() {
        Member member = new Member();
        member.beat();

        ConsumerGroupDescribeResponse response = broker.call(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                new ConsumerGroupDescribeRequestData()
                        .setGroupIds(List.of(GROUP, "nobody"))
                        .setIncludeAuthorizedOperations(true));

        DescribedGroup known = response.data().groups().get(0);
        assertEquals("Stable", known.groupState());
        assertEquals(member.id, known.members().get(0).memberId());
        assertTrue(known.authorizedOperations() > 0);
        assertEquals(
                Errors.GROUP_ID_NOT_FOUND.code(),
                response.data().groups().get(1).errorCode());
    }

    @Test
    void shouldRefuseWhenProtocolIsSwitchedOff() {
        broker.publish(List.of(
                new FeatureLevelRecord().setName(GroupVersion.FEATURE_NAME).setFeatureLevel((short) 0)));

        assertEquals(Errors.UNSUPPORTED_VERSION, error(beat("m", 0)));
    }

    private static Errors error(ConsumerGroupHeartbeatResponse response) {
        return Errors.forCode(response.data().errorCode());
    }

    private ConsumerGroupHeartbeatResponse beat(String memberId, int epoch) {
        return broker.call(ApiKeys.CONSUMER_GROUP_HEARTBEAT, request(memberId, epoch));
    }

    private static ConsumerGroupHeartbeatRequestData request(String memberId, int epoch) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(GROUP)
                .setMemberId(memberId)
                .setMemberEpoch(epoch)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of(TOPIC))
                .setTopicPartitions(List.of());
    }

    private Errors commit(String memberId, int epoch) {
        OffsetCommitResponse response = broker.call(
                ApiKeys.OFFSET_COMMIT,
                new OffsetCommitRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(memberId)
                        .setGenerationIdOrMemberEpoch(epoch)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setTopicId(topicId)
                                .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(3))))));
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    /** A member that takes and gives up partitions as it is told, at once. */
    private final class Member {
        private final String id = Uuid.randomUuid().toString();
        private List<String> topics = List.of(TOPIC);
        private String expression;
        private int epoch;
        private int heartbeatIntervalMs;
        private Set<Integer> owned = new TreeSet<>();

        void beat() {
            ConsumerGroupHeartbeatResponse response = broker.call(ApiKeys.CONSUMER_GROUP_HEARTBEAT, request(epoch));
            ConsumerGroupHeartbeatResponseData data = response.data();
            assertEquals(Errors.NONE, error(response), data.errorMessage());
            epoch = data.memberEpoch();
            heartbeatIntervalMs = data.heartbeatIntervalMs();
            if (data.assignment() != null) {
                owned = new TreeSet<>();
                data.assignment().topicPartitions().forEach(topic -> owned.addAll(topic.partitions()));
            }
        }

        void leave() {
            broker.call(ApiKeys.CONSUMER_GROUP_HEARTBEAT, request(-1));
        }

        private ConsumerGroupHeartbeatRequestData request(int memberEpoch) {
            List<TopicPartitions> owns = owned.isEmpty()
                    ? List.of()
                    : List.of(new TopicPartitions().setTopicId(topicId).setPartitions(List.copyOf(owned)));
            return new ConsumerGroupHeartbeatRequestData()
                    .setGroupId(GROUP)
                    .setMemberId(id)
                    .setMemberEpoch(memberEpoch)
                    .setRebalanceTimeoutMs(10_000)
                    .setSubscribedTopicNames(topics)
                    .setSubscribedTopicRegex(expression)
                    .setTopicPartitions(owns);
        }
    }
}
