package io.polestar.broker.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.api.ApiTable;
import io.polestar.broker.api.CloseConnectionException;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.protocol.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class NetworkServerTest {
    private static final Pattern KAFKAS_CONNECTION_ID =
            Pattern.compile("127\\.0\\.0\\.1:\\d+-127\\.0\\.0\\.1:\\d+-\\d+-\\d+");

    private final Queue<CompletableFuture<HeartbeatResponse>> pending = new ConcurrentLinkedQueue<>();
    private final TestHandler<?> pendingHeartbeat = TestHandler.heartbeat((context, request) -> {
        CompletableFuture<HeartbeatResponse> answer = new CompletableFuture<>();
        pending.add(answer);
        return answer;
    });

    @Test
    void shouldLetClientsWaitWhenItIsBoundAndNotYetServing() throws IOException {
        try (TestServer server = new TestServer().bind();
                WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("early"), 1);
            assertTrue(server.server().clients().isEmpty());
            server.server().startServing(new ApiTable(List.of(TestHandler.promptHeartbeat())), TestServer.noQuotas());
            assertEquals(1, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
        }
    }

    @Test
    void shouldSayWhichListenerWhenItsPortIsTaken() {
        try (TestServer first = new TestServer().bind()) {
            ListenerConfig taken = new ListenerConfig(
                    new ListenerName("PLAINTEXT"), SecurityProtocol.PLAINTEXT, "127.0.0.1", first.port(), false);
            NetworkServer second =
                    new NetworkServer(new TestServer().config(taken), new RequestMetrics(new SimpleMeterRegistry()));
            ListenerBindException failure = assertThrows(ListenerBindException.class, second::bind);
            assertTrue(
                    failure.getMessage().startsWith("Cannot listen on PLAINTEXT://127.0.0.1:" + first.port()),
                    failure.getMessage());
        }
    }

    @Test
    void shouldServeEveryListenerUnderItsName() throws IOException {
        NetworkConfig config = new TestServer().config(listener("ONE"), listener("TWO"));
        Queue<String> listeners = new ConcurrentLinkedQueue<>();
        NetworkServer server = new NetworkServer(config, new RequestMetrics(new SimpleMeterRegistry()));
        try (server) {
            List<BoundListener> bound = server.bind();
            ApiTable apis = new ApiTable(List.of(TestHandler.heartbeat((context, request) -> {
                listeners.add(context.listenerName());
                return CompletableFuture.completedFuture(TestHandler.heartbeatResponse());
            })));
            server.startServing(apis, TestServer.noQuotas());
            for (BoundListener each : bound) {
                try (WireClient client = new WireClient(each.port())) {
                    client.ask(WireClient.heartbeat("a"), 1);
                }
            }
        }
        assertEquals(List.of("ONE", "TWO"), List.copyOf(listeners));
    }

    private static ListenerConfig listener(String name) {
        return new ListenerConfig(new ListenerName(name), SecurityProtocol.PLAINTEXT, "127.0.0.1", 0, false);
    }

    @Test
    void shouldTellWhoIsConnected() throws IOException {
        TestHandler<?> apiVersions = new TestHandler<ApiVersionsRequest>(
                ApiKeys.API_VERSIONS,
                (context, request) -> CompletableFuture.completedFuture(
                        request.getErrorResponse(0, Errors.INVALID_REQUEST.exception())));
        try (TestServer server = new TestServer().start(pendingHeartbeat, apiVersions);
                WireClient client = server.connect()) {
            client.ask(new ApiVersionsRequest.Builder().build(), 1);
            client.send(WireClient.heartbeat("a"), 2);
            await().until(() -> pending.size() == 1);

            ConnectedClient connected = server.server().clients().get(0);
            assertTrue(KAFKAS_CONNECTION_ID.matcher(connected.connectionId()).matches(), connected::toString);
            assertEquals("apache-kafka-java", connected.software().softwareName());
            assertEquals("wire", connected.clientId());
            assertEquals(client.localPort(), connected.port());
            assertEquals(1, connected.inFlight());
            pending.remove().complete(TestHandler.heartbeatResponse());
        }
    }

    @Test
    void shouldTellListenersOnceWhenAConnectionCloses() throws IOException {
        Queue<String> closed = new ConcurrentLinkedQueue<>();
        try (TestServer server = new TestServer().start(TestHandler.promptHeartbeat())) {
            server.server().addConnectionListener(connectionId -> {
                throw new IllegalStateException("a listener's fault");
            });
            server.server().addConnectionListener(closed::add);
            String connectionId;
            try (WireClient client = server.connect()) {
                client.ask(WireClient.heartbeat("a"), 1);
                connectionId = server.server().clients().get(0).connectionId();
            }
            await().until(() -> List.copyOf(closed).equals(List.of(connectionId)));
        }
    }

    @Test
    void shouldAnswerWhatIsInFlightWhenItCloses() throws Exception {
        TestServer server = new TestServer().start(pendingHeartbeat);
        try (WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("a"), 1);
            await().until(() -> pending.size() == 1);
            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> server.server().close());
            client.send(WireClient.heartbeat("late"), 2);
            pending.remove().complete(TestHandler.heartbeatResponse());
            assertEquals(1, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
            assertTrue(client.isClosedByServer());
            closed.get(10, TimeUnit.SECONDS);
            assertThrows(IOException.class, server::connect);
        }
    }

    @Test
    void shouldCloseInTimeWhenAnAnswerNeverComes() throws IOException {
        TestServer server = new TestServer().start(pendingHeartbeat);
        try (WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("a"), 1);
            await().until(() -> pending.size() == 1);
            server.server().close(Duration.ofMillis(100));
            assertTrue(client.isClosedByServer());
        }
        pending.remove().complete(TestHandler.heartbeatResponse());
    }

    @Test
    void shouldAnswerAndCloseWhenTheClientHalfCloses() throws IOException {
        try (TestServer server = new TestServer().maxInFlight(2).start(pendingHeartbeat);
                WireClient client = server.connect()) {
            for (int i = 0; i < 5; i++) {
                client.send(WireClient.heartbeat("a"), i);
            }
            client.shutdownOutput();
            for (int i = 0; i < 5; i++) {
                await().until(() -> !pending.isEmpty());
                pending.remove().complete(TestHandler.heartbeatResponse());
                assertEquals(i, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
            }
            assertTrue(client.isClosedByServer());
        }
    }

    @Test
    void shouldAnswerEarlierRequestsAndCloseWhenAHandlerSaysSo() throws IOException {
        TestHandler<?> closing = TestHandler.heartbeat(
                (context, request) -> switch (request.data().memberId()) {
                    case "close" -> CompletableFuture.failedFuture(new CloseConnectionException("test"));
                    default -> CompletableFuture.completedFuture(TestHandler.heartbeatResponse());
                });
        try (TestServer server = new TestServer().start(closing);
                WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("a"), 1);
            client.send(WireClient.heartbeat("close"), 2);
            client.send(WireClient.heartbeat("b"), 3);
            assertEquals(1, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
            assertTrue(client.isClosedByServer());
        }
    }

    @Test
    void shouldCloseWithOneLogLineWhenAResponseDoesNotFitItsVersion() throws IOException {
        TestHandler<?> broken = TestHandler.heartbeat((context, request) -> CompletableFuture.completedFuture(
                new FindCoordinatorResponse(new FindCoordinatorResponseData().setHost("host"))));
        try (LogLines log = new LogLines();
                TestServer server = new TestServer().start(broken);
                WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("a"), 1);
            assertTrue(client.isClosedByServer());
            assertEquals(1, log.all().size(), () -> log.all().toString());
        }
    }

    @Test
    void shouldKeepTheFrameWhileARequestWithRecordsIsUnanswered() throws IOException {
        Queue<CompletableFuture<ProduceResponse>> answers = new ConcurrentLinkedQueue<>();
        Queue<MemoryRecords> stored = new ConcurrentLinkedQueue<>();
        TestHandler<?> produce = new TestHandler<ProduceRequest>(ApiKeys.PRODUCE, (context, request) -> {
            stored.add((MemoryRecords) request.data()
                    .topicData()
                    .iterator()
                    .next()
                    .partitionData()
                    .get(0)
                    .records());
            CompletableFuture<ProduceResponse> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        });
        try (TestServer server = new TestServer().start(produce, TestHandler.promptHeartbeat());
                WireClient client = server.connect();
                WireClient other = server.connect()) {
            client.send(produceRequest(100_000), 1);
            await().until(() -> answers.size() == 1);
            for (int i = 0; i < 100; i++) {
                other.ask(WireClient.heartbeat("x".repeat(30_000)), i);
            }
            stored.remove().batches().forEach(batch -> batch.ensureValid());
            answers.remove().complete(new ProduceResponse(new ProduceResponseData()));
            assertEquals(1, client.receiveCorrelationId(ApiKeys.PRODUCE, (short) 9));
        }
    }

    private static ProduceRequest produceRequest(int recordBytes) {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[recordBytes]));
        ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData().setName("topic");
        topic.partitionData()
                .add(new ProduceRequestData.PartitionProduceData().setIndex(0).setRecords(records));
        ProduceRequestData data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1000);
        data.topicData().add(topic);
        return new ProduceRequest(data, (short) 9);
    }

    @Test
    void shouldCloseWhenNothingArrivesForTooLong() throws IOException {
        try (TestServer server =
                        new TestServer().maxIdle(Duration.ofMillis(100)).start(TestHandler.promptHeartbeat());
                WireClient client = server.connect()) {
            assertTrue(client.isClosedByServer());
        }
    }

    @Test
    void shouldNotCloseAsIdleWhenTheClientWaitsForAnAnswer() throws IOException {
        try (TestServer server =
                        new TestServer().maxIdle(Duration.ofMillis(500)).start(pendingHeartbeat);
                WireClient client = server.connect()) {
            client.send(WireClient.heartbeat("a"), 1);
            await().until(() -> pending.size() == 1);
            await().during(Duration.ofMillis(1200))
                    .until(() -> server.server().clients().size() == 1);
            pending.remove().complete(TestHandler.heartbeatResponse());
            assertEquals(1, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
        }
    }

    @Test
    void shouldRefuseConnectionsOfAnAddressWhenItHasTooMany() throws IOException {
        try (TestServer server = new TestServer().maxConnectionsPerIp(2).start(TestHandler.promptHeartbeat());
                WireClient first = server.connect();
                WireClient second = server.connect();
                WireClient third = server.connect()) {
            assertTrue(third.isClosedByServer());
            first.ask(WireClient.heartbeat("a"), 1);
            second.close();
            await().until(() -> server.server().clients().size() == 1);
            try (WireClient fourth = server.connect()) {
                fourth.ask(WireClient.heartbeat("a"), 1);
            }
            assertEquals(1, server.metric("polestar.connections.refused"));
        }
    }

    @Test
    void shouldAcceptTheNextClientWhenOneOfTheMostAllowedLeaves() throws IOException {
        try (TestServer server = new TestServer().maxConnections(1).start(TestHandler.promptHeartbeat());
                WireClient first = server.connect();
                WireClient waiting = server.connect()) {
            first.ask(WireClient.heartbeat("a"), 1);
            waiting.send(WireClient.heartbeat("a"), 2);
            await().during(Duration.ofMillis(100))
                    .until(() -> server.server().clients().size() == 1);
            first.close();
            assertEquals(2, waiting.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
        }
    }

    @Test
    void shouldForgetEveryConnectionAfterAStorm() throws Exception {
        int clients = 300;
        AtomicInteger closed = new AtomicInteger();
        try (TestServer server = new TestServer().start(TestHandler.promptHeartbeat(), answeredElsewhere())) {
            server.server().addConnectionListener(id -> closed.incrementAndGet());
            CountDownLatch done = new CountDownLatch(4);
            for (int thread = 0; thread < 4; thread++) {
                new Thread(() -> storm(server, clients / 4, done)).start();
            }
            assertTrue(done.await(50, TimeUnit.SECONDS));
            await().until(() -> server.server().clients().isEmpty());
            assertEquals(server.metric("polestar.connections.accepted"), closed.get());
            assertEquals(0, server.metric("polestar.requests.in.flight"));
            try (WireClient client = server.connect()) {
                client.ask(WireClient.heartbeat("a"), 1);
            }
        }
    }

    private static TestHandler<?> answeredElsewhere() {
        return new TestHandler<ApiVersionsRequest>(
                ApiKeys.API_VERSIONS,
                (context, request) -> CompletableFuture.supplyAsync(
                        () -> request.getErrorResponse(0, Errors.INVALID_REQUEST.exception())));
    }

    private static void storm(TestServer server, int clients, CountDownLatch done) {
        try {
            for (int i = 0; i < clients; i++) {
                try (WireClient client = server.connect()) {
                    switch (i % 3) {
                        case 0 -> client.ask(WireClient.heartbeat("a"), i);
                        case 1 -> client.send(new ApiVersionsRequest.Builder().build(), i);
                        default -> {}
                    }
                }
            }
            done.countDown();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldNameClientsApart() throws IOException {
        try (TestServer server = new TestServer().start(TestHandler.promptHeartbeat());
                WireClient first = server.connect();
                WireClient second = server.connect()) {
            first.ask(WireClient.heartbeat("a"), 1);
            second.ask(WireClient.heartbeat("a"), 1);
            Map<String, Long> byId = server.server().clients().stream()
                    .collect(Collectors.groupingBy(ConnectedClient::connectionId, Collectors.counting()));
            assertEquals(2, byId.size());
        }
    }
}
