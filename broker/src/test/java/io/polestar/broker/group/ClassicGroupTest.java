package io.polestar.broker.group;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClassicGroupTest {
    private static final String GROUP = "weather";

    @TempDir
    Path directory;

    private GroupFixture broker;

    @BeforeEach
    void start() {
        broker = GroupFixture.start(directory).ready(GROUP);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void shouldGiveMemberIdFirstWhenNewMemberJoins() {
        JoinGroupResponse refused = join("");

        assertEquals(Errors.MEMBER_ID_REQUIRED, refused.error());
        JoinGroupResponse joined = join(refused.data().memberId());
        assertEquals(Errors.NONE, joined.error());
        assertEquals(1, joined.data().generationId());
        assertTrue(joined.isLeader());
        assertEquals(1, joined.data().members().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void shouldJoinInEveryVersion(int version) {
        JoinGroupResponse first = broker.call(ApiKeys.JOIN_GROUP, version, joinRequest("", null));
        JoinGroupResponse joined = first.error() == Errors.MEMBER_ID_REQUIRED
                ? broker.call(
                        ApiKeys.JOIN_GROUP, version, joinRequest(first.data().memberId(), null))
                : first;

        assertEquals(Errors.NONE, joined.error());
        assertEquals("range", joined.data().protocolName());
    }

    @Test
    void shouldShareTheGroupWhenSecondMemberJoins() {
        String first = newMember();
        join(first);
        sync(first, 1, List.of(first));
        String second = newMember();
        CompletableFuture<JoinGroupResponse> secondJoins = send(second);
        assertEquals(Errors.REBALANCE_IN_PROGRESS, heartbeat(first, 1));

        JoinGroupResponse firstJoined = join(first);
        JoinGroupResponse secondJoined = GroupFixture.answer(secondJoins);
        assertEquals(2, firstJoined.data().generationId());
        assertEquals(2, secondJoined.data().generationId());
        assertEquals(first, secondJoined.data().leader());
        assertEquals(2, firstJoined.data().members().size());

        CompletableFuture<SyncGroupResponse> secondSyncs =
                broker.send(ApiKeys.SYNC_GROUP, 5, syncRequest(second, 2, List.of()));
        assertFalse(secondSyncs.isDone());
        assertArrayEquals(
                assignmentOf(first),
                sync(first, 2, List.of(first, second)).data().assignment());
        assertArrayEquals(
                assignmentOf(second), GroupFixture.answer(secondSyncs).data().assignment());
        assertEquals(Errors.NONE, heartbeat(second, 2));
    }

    @Test
    void shouldLetTheOtherTakeOverWhenMemberLeaves() {
        String first = newMember();
        join(first);
        sync(first, 1, List.of(first));

        assertEquals(Errors.NONE, leave(first));
        assertEquals(Errors.UNKNOWN_MEMBER_ID, heartbeat(first, 1));
        JoinGroupResponse next = join(newMember());
        assertEquals(3, next.data().generationId());
    }

    @Test
    void shouldSayThatMemberLeftWhenItSaysSo() {
        String member = newMember();
        join(member);
        sync(member, 1, List.of(member));

        leave(member);

        await().untilAsserted(() -> assertEquals(1, broker.gone("left")));
        assertEquals(0, broker.gone("expired"));
    }

    @Test
    void shouldSayThatMemberWasExpiredWhenItIsSilentForItsSessionTimeout() {
        JoinGroupRequestData request = joinRequest(newMember(), null).setSessionTimeoutMs(500);
        JoinGroupResponse joined = broker.call(ApiKeys.JOIN_GROUP, 9, request);
        assertEquals(Errors.NONE, joined.error());
        String member = joined.data().memberId();
        sync(member, 1, List.of(member));

        await().untilAsserted(() -> assertEquals(1, broker.gone("expired")));
        assertEquals(0, broker.gone("left"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void shouldLeaveInEveryVersion(int version) {
        String member = newMember();
        join(member);
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(GROUP);
        if (version < 3) {
            request.setMemberId(member);
        } else {
            request.setMembers(List.of(new MemberIdentity().setMemberId(member)));
        }

        LeaveGroupResponse left = broker.call(ApiKeys.LEAVE_GROUP, version, request);

        assertEquals(Errors.NONE, left.error());
    }

    @Test
    void shouldRefuseWhenGenerationOrMemberIsWrong() {
        String member = newMember();
        join(member);
        sync(member, 1, List.of(member));

        assertEquals(Errors.ILLEGAL_GENERATION, heartbeat(member, 7));
        assertEquals(Errors.UNKNOWN_MEMBER_ID, heartbeat("nobody", 1));
        assertEquals(Errors.ILLEGAL_GENERATION, sync(member, 7, List.of()).error());
        assertEquals(Errors.UNKNOWN_MEMBER_ID, join("nobody").error());
        assertEquals(Errors.UNKNOWN_MEMBER_ID, leave("nobody"));
    }

    @Test
    void shouldRefuseWhenSyncNamesNoProtocol() {
        SyncGroupResponse refused = broker.call(
                ApiKeys.SYNC_GROUP, 5, syncRequest("m", 1, List.of()).setProtocolName(null));

        assertEquals(Errors.INCONSISTENT_GROUP_PROTOCOL, refused.error());
    }

    @Test
    void shouldFenceTheOldMemberWhenStaticMemberReturns() {
        JoinGroupResponse before = broker.call(ApiKeys.JOIN_GROUP, joinRequest("", "station-1"));
        String old = before.data().memberId();
        sync(old, 1, List.of(old));

        JoinGroupResponse after = broker.call(ApiKeys.JOIN_GROUP, joinRequest("", "station-1"));

        assertEquals(Errors.NONE, after.error());
        assertEquals(1, after.data().generationId(), "no rebalance");
        HeartbeatResponse fenced = broker.call(
                ApiKeys.HEARTBEAT,
                new HeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(old)
                        .setGenerationId(1)
                        .setGroupInstanceId("station-1"));
        assertEquals(Errors.FENCED_INSTANCE_ID, fenced.error());
    }

    @Test
    void shouldKnowStableGroupWhenBrokerRestarts() {
        String member = newMember();
        join(member);
        sync(member, 1, List.of(member));
        broker.close();

        broker = broker.restarted().ready(GROUP);

        assertEquals(Errors.NONE, heartbeat(member, 1));
    }

    private String newMember() {
        return join("").data().memberId();
    }

    private JoinGroupResponse join(String memberId) {
        return GroupFixture.answer(send(memberId));
    }

    private CompletableFuture<JoinGroupResponse> send(String memberId) {
        return broker.send(ApiKeys.JOIN_GROUP, 9, joinRequest(memberId, null));
    }

    private static JoinGroupRequestData joinRequest(String memberId, String instanceId) {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1}));
        return new JoinGroupRequestData()
                .setGroupId(GROUP)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setProtocolType("consumer")
                .setProtocols(protocols)
                .setSessionTimeoutMs(30_000)
                .setRebalanceTimeoutMs(20_000);
    }

    private SyncGroupResponse sync(String memberId, int generation, List<String> members) {
        return broker.call(ApiKeys.SYNC_GROUP, syncRequest(memberId, generation, members));
    }

    private static SyncGroupRequestData syncRequest(String memberId, int generation, List<String> members) {
        return new SyncGroupRequestData()
                .setGroupId(GROUP)
                .setMemberId(memberId)
                .setGenerationId(generation)
                .setProtocolType("consumer")
                .setProtocolName("range")
                .setAssignments(members.stream()
                        .map(m ->
                                new SyncGroupRequestAssignment().setMemberId(m).setAssignment(assignmentOf(m)))
                        .toList());
    }

    private static byte[] assignmentOf(String memberId) {
        return ("for " + memberId).getBytes(StandardCharsets.UTF_8);
    }

    private Errors heartbeat(String memberId, int generation) {
        HeartbeatResponse response = broker.call(
                ApiKeys.HEARTBEAT,
                new HeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(memberId)
                        .setGenerationId(generation));
        return response.error();
    }

    private Errors leave(String memberId) {
        LeaveGroupResponse response = broker.call(
                ApiKeys.LEAVE_GROUP,
                new LeaveGroupRequestData()
                        .setGroupId(GROUP)
                        .setMembers(List.of(new MemberIdentity().setMemberId(memberId))));
        return response.error();
    }
}
