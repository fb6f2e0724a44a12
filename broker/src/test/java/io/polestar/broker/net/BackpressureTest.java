package io.polestar.broker.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.PooledByteBufAllocator;
import io.polestar.protocol.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class BackpressureTest {
    private static final int LARGE_BYTES = 100_000;

    private final Queue<CompletableFuture<HeartbeatResponse>> pending = new ConcurrentLinkedQueue<>();
    private final AtomicInteger started = new AtomicInteger();
    private final TestHandler<?> pendingHeartbeat = TestHandler.heartbeat((context, request) -> {
        started.incrementAndGet();
        CompletableFuture<HeartbeatResponse> answer = new CompletableFuture<>();
        pending.add(answer);
        return answer;
    });
    private final TestHandler<?> largeAnswer = new TestHandler<DescribeGroupsRequest>(
            ApiKeys.DESCRIBE_GROUPS, (context, request) -> CompletableFuture.completedFuture(largeResponse()));

    @Test
    void shouldStartNoMoreThanAllowedWhenRequestsAreUnanswered() throws IOException {
        try (TestServer server = new TestServer().maxInFlight(4).start(pendingHeartbeat);
                WireClient client = server.connect()) {
            client.send(heartbeats(10));
            await().during(Duration.ofMillis(200)).until(() -> started.get() == 4);
            assertEquals(1.0, server.metric("polestar.client.queue.capacity.ratio"));

            pending.remove().complete(TestHandler.heartbeatResponse());
            await().during(Duration.ofMillis(100)).until(() -> started.get() == 5);
            assertEquals(0, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));

            for (int i = 1; i < 10; i++) {
                await().until(() -> !pending.isEmpty());
                pending.remove().complete(TestHandler.heartbeatResponse());
                assertEquals(i, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
            }
            assertEquals(10, started.get());
        }
    }

    @Test
    void shouldCostBoundedMemoryAndLeaveOthersAloneWhenAClientNeverReads() throws IOException {
        int requests = 500;
        try (TestServer server = new TestServer().start(largeAnswer, TestHandler.promptHeartbeat());
                WireClient deaf = new WireClient(server.port(), 4096);
                WireClient other = server.connect()) {
            deaf.send(describes(requests));
            await().during(Duration.ofMillis(300)).until(() -> server.metric("polestar.requests.in.flight") < requests);
            long pinnedBytes = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            assertTrue(answered(server) < requests, "every answer was encoded");
            assertTrue(pinnedBytes < 40_000_000, () -> pinnedBytes + " bytes of direct memory");
            HeartbeatResponse response = (HeartbeatResponse) other.ask(WireClient.heartbeat("other"), 1);
            assertEquals(Errors.NONE, response.error());
        }
    }

    @Test
    void shouldAnswerEverythingInOrderWhenASlowClientReadsAtLast() throws IOException {
        int requests = 300;
        try (TestServer server = new TestServer().start(largeAnswer);
                WireClient slow = new WireClient(server.port(), 4096)) {
            slow.send(describes(requests));
            await().during(Duration.ofMillis(100)).until(() -> answered(server) < requests);
            for (int i = 0; i < requests; i++) {
                assertEquals(i, slow.receiveCorrelationId(ApiKeys.DESCRIBE_GROUPS, (short) 5));
            }
        }
    }

    @Test
    void shouldCloseAClientThatNeverReadsWhenItIsIdleForTooLong() throws IOException {
        try (TestServer server =
                        new TestServer().maxIdle(Duration.ofMillis(200)).start(largeAnswer);
                WireClient deaf = new WireClient(server.port(), 4096)) {
            deaf.send(describes(300));
            await().until(() -> server.server().clients().isEmpty());
        }
    }

    @Test
    void shouldNotReadForAsLongAsTheAnswerSaysWhenAClientIsThrottled() throws IOException {
        TestHandler<?> throttling = TestHandler.heartbeat((context, request) -> CompletableFuture.completedFuture(
                new HeartbeatResponse(new HeartbeatResponseData().setThrottleTimeMs(300))));
        try (TestServer server = new TestServer().start(throttling);
                WireClient client = server.connect()) {
            client.ask(WireClient.heartbeat("a"), 1);
            long beforeNs = System.nanoTime();
            client.ask(WireClient.heartbeat("a"), 2);
            assertTrue(System.nanoTime() - beforeNs > 250_000_000);
        }
    }

    @Test
    void shouldNotBeginWhatIsThereAlreadyWhenAClientIsThrottled() throws IOException {
        Queue<Long> begunNs = new ConcurrentLinkedQueue<>();
        TestHandler<?> throttling = TestHandler.heartbeat((context, request) -> {
            begunNs.add(System.nanoTime());
            return CompletableFuture.completedFuture(
                    new HeartbeatResponse(new HeartbeatResponseData().setThrottleTimeMs(100)));
        });
        try (TestServer server = new TestServer().start(throttling);
                WireClient client = server.connect()) {
            client.send(heartbeats(5));
            for (int i = 0; i < 5; i++) {
                assertEquals(i, client.receiveCorrelationId(ApiKeys.HEARTBEAT, ApiKeys.HEARTBEAT.latestVersion()));
            }
        }
        assertEquals(5, begunNs.size());
        long lastNs = begunNs.remove();
        for (long each : begunNs) {
            assertTrue(each - lastNs >= 100_000_000, "begun after " + (each - lastNs) + " ns");
            lastNs = each;
        }
    }

    private static double answered(TestServer server) {
        return server.metric("polestar.network.sent.bytes") / LARGE_BYTES;
    }

    private static byte[] heartbeats(int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(WireClient.framed(WireClient.heartbeat("m"), i).array());
        }
        return all.toByteArray();
    }

    private static byte[] describes(int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DescribeGroupsRequest request =
                new DescribeGroupsRequest.Builder(new DescribeGroupsRequestData()).build((short) 5);
        for (int i = 0; i < count; i++) {
            all.writeBytes(WireClient.framed(request, i).array());
        }
        return all.toByteArray();
    }

    private static DescribeGroupsResponse largeResponse() {
        DescribeGroupsResponseData data = new DescribeGroupsResponseData();
        data.groups()
                .add(new DescribeGroupsResponseData.DescribedGroup()
                        .setGroupId("x".repeat(LARGE_BYTES / 4))
                        .setProtocolData("x".repeat(LARGE_BYTES / 4))
                        .setProtocolType("x".repeat(LARGE_BYTES / 4))
                        .setGroupState("x".repeat(LARGE_BYTES / 4)));
        return new DescribeGroupsResponse(data);
    }
}
