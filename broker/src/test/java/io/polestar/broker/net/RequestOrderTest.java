package io.polestar.broker.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.protocol.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class RequestOrderTest {
    private final Map<String, CompletableFuture<HeartbeatResponse>> pending = new ConcurrentHashMap<>();
    private final TestHandler<?> pendingHeartbeat = TestHandler.heartbeat(
            (context, request) -> pending.computeIfAbsent(request.data().memberId(), id -> new CompletableFuture<>()));

    @Test
    void shouldAnswerWhenTheHandlerIsDoneAtOnce() throws IOException {
        try (TestServer server = new TestServer().start(TestHandler.promptHeartbeat());
                WireClient client = server.connect()) {
            HeartbeatResponse response = (HeartbeatResponse) client.ask(WireClient.heartbeat("a"), 7);
            assertEquals(Errors.NONE, response.error());
        }
    }

    @Test
    void shouldAnswerInOrderWhenLaterRequestsAreDoneFirst() throws IOException {
        try (TestServer server = new TestServer().start(pendingHeartbeat);
                WireClient client = server.connect()) {
            sendAll(client, 3);
            await().until(() -> pending.size() == 3);
            pending.get("2").complete(TestHandler.heartbeatResponse());
            pending.get("1").complete(TestHandler.heartbeatResponse());
            pending.get("0").complete(TestHandler.heartbeatResponse());
            assertAnsweredInOrder(client, 3);
        }
    }

    @Test
    void shouldAnswerInOrderWhenManyThreadsCompleteAtRandom() throws IOException {
        int requests = 90;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (TestServer server = new TestServer().start(pendingHeartbeat);
                WireClient client = server.connect()) {
            sendAll(client, requests);
            await().until(() -> pending.size() == requests);
            List<CompletableFuture<HeartbeatResponse>> shuffled = new ArrayList<>(pending.values());
            Collections.shuffle(shuffled, new Random(1));
            shuffled.forEach(answer -> threads.execute(() -> answer.complete(TestHandler.heartbeatResponse())));
            assertAnsweredInOrder(client, requests);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void shouldBeginARequestWhenTheOnesBeforeAreDoneIfTheyMayNotBeOvertaken() throws IOException {
        int requests = 200;
        AtomicInteger open = new AtomicInteger();
        AtomicInteger mostOpen = new AtomicInteger();
        TestHandler<?> slow = TestHandler.heartbeat((context, request) -> {
                    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                    return CompletableFuture.supplyAsync(() -> {
                        open.decrementAndGet();
                        return TestHandler.heartbeatResponse();
                    });
                })
                .notOvertaken();
        try (TestServer server = new TestServer().start(slow);
                WireClient client = server.connect()) {
            sendAll(client, requests);
            assertAnsweredInOrder(client, requests);
        }
        assertEquals(1, mostOpen.get());
    }

    @Test
    void shouldBreakOnlyTheConnectionWhenARequestThatWaitedIsNoRequest() throws IOException {
        try (TestServer server = new TestServer().start(pendingHeartbeat.notOvertaken());
                WireClient client = server.connect();
                WireClient other = server.connect()) {
            client.send(WireClient.heartbeat("0"), 0);
            await().until(() -> pending.size() == 1);
            client.send(ByteBuffer.allocate(12).putInt(8).putLong(-1).flip());
            client.send(WireClient.heartbeat("2"), 2);
            pending.get("0").complete(TestHandler.heartbeatResponse());
            assertEquals(0, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
            assertTrue(client.isClosedByServer());
            other.send(WireClient.heartbeat("3"), 3);
            await().until(() -> pending.containsKey("3"));
            assertFalse(pending.containsKey("2"));
            pending.get("3").complete(TestHandler.heartbeatResponse());
            assertEquals(3, other.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
        }
    }

    @Test
    void shouldDropWhatWaitsWhenTheServerStops() throws IOException {
        TestServer server = new TestServer().start(pendingHeartbeat.notOvertaken());
        try (server;
                WireClient client = server.connect()) {
            sendAll(client, 5);
            await().until(() -> pending.size() == 1);
            pending.get("0").completeAsync(TestHandler::heartbeatResponse);
            assertAnsweredInOrder(client, 1);
            await().until(() -> pending.size() == 2);
        }
        pending.values().forEach(answer -> answer.complete(TestHandler.heartbeatResponse()));
        assertEquals(2, pending.size());
    }

    @Test
    void shouldSendNothingWhenTheAnswerIsNull() throws IOException {
        TestHandler<?> silentForA = TestHandler.heartbeat((context, request) -> CompletableFuture.completedFuture(
                request.data().memberId().equals("a") ? null : TestHandler.heartbeatResponse()));
        try (TestServer server = new TestServer().start(silentForA);
                WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("a"), 1);
            client.send(WireClient.heartbeat("b"), 2);
            assertEquals(2, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
        }
    }

    @Test
    void shouldAnswerWithItsCodeWhenAnExpectedErrorIsThrown() throws IOException {
        TestHandler<?> refusing = TestHandler.heartbeat((context, request) -> {
            throw new CoordinatorNotAvailableException("not yet");
        });
        assertEquals(Errors.COORDINATOR_NOT_AVAILABLE, answerOf(refusing, 0));
    }

    @Test
    void shouldAnswerWithItsCodeWhenTheFutureFailsWithAnExpectedError() throws IOException {
        TestHandler<?> refusing = TestHandler.heartbeat((context, request) -> CompletableFuture.supplyAsync(() -> {
            throw new CoordinatorNotAvailableException("not yet");
        }));
        assertEquals(Errors.COORDINATOR_NOT_AVAILABLE, answerOf(refusing, 0));
    }

    @Test
    void shouldAnswerUnknownServerErrorAndCountItWhenTheHandlerBreaks() throws IOException {
        TestHandler<?> broken = TestHandler.heartbeat((context, request) -> {
            throw new IllegalStateException("bug");
        });
        assertEquals(Errors.UNKNOWN_SERVER_ERROR, answerOf(broken, 1));
    }

    private static Errors answerOf(TestHandler<?> handler, int unexpectedFailures) throws IOException {
        try (TestServer server = new TestServer().start(handler);
                WireClient client = server.connect()) {
            HeartbeatResponse response = (HeartbeatResponse) client.ask(WireClient.heartbeat("a"), 7);
            assertEquals(unexpectedFailures, server.metric("polestar.request.failures"));
            return response.error();
        }
    }

    private static void sendAll(WireClient client, int requests) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < requests; i++) {
            all.writeBytes(WireClient.framed(WireClient.heartbeat(Integer.toString(i)), i)
                    .array());
        }
        client.send(all.toByteArray());
    }

    private static void assertAnsweredInOrder(WireClient client, int requests) throws IOException {
        for (int i = 0; i < requests; i++) {
            assertEquals(i, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
        }
    }
}
