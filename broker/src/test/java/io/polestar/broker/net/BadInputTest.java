package io.polestar.broker.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.protocol.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class BadInputTest {
    private final TestServer server = new TestServer();
    private final LogLines log = new LogLines();

    @BeforeEach
    void start() {
        server.start(TestHandler.promptHeartbeat());
    }

    @AfterEach
    void stop() {
        server.close();
        log.close();
    }

    static Stream<Arguments> badInput() {
        return Stream.of(
                Arguments.of("negative size", sized(-1, new byte[0])),
                Arguments.of("zero size", sized(0, new byte[0])),
                Arguments.of("too large", sized(Integer.MAX_VALUE, new byte[100])),
                Arguments.of("HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                Arguments.of("TLS hello", new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}),
                Arguments.of("unknown key", framedHeader((short) 999, (short) 0)),
                Arguments.of("negative key", framedHeader((short) -1, (short) 0)),
                Arguments.of("key that is not served", framedHeader(ApiKeys.METADATA.id, (short) 9)),
                Arguments.of("version that is too new", framedHeader(ApiKeys.HEARTBEAT.id, (short) 99)),
                Arguments.of("negative version", framedHeader(ApiKeys.HEARTBEAT.id, (short) -1)),
                Arguments.of(
                        "header cut off",
                        sized(
                                8,
                                ByteBuffer.allocate(8)
                                        .putShort(ApiKeys.HEARTBEAT.id)
                                        .putShort((short) 4)
                                        .putInt(1)
                                        .array())),
                Arguments.of("body cut off", bodyCutOff()),
                Arguments.of("garbage body", garbageBody()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badInput")
    void shouldCloseWithOneLogLineAndServeOthersWhenInputIsBad(String name, byte[] input) throws IOException {
        try (WireClient good = server.connect();
                WireClient bad = server.connect()) {
            bad.send(input);
            assertTrue(bad.isClosedByServer());
            assertEquals(1, log.all().size(), () -> log.all().toString());
            assertTrue(
                    log.all().get(0).startsWith("Closing connection 127.0.0.1:"),
                    () -> log.all().toString());
            assertEquals(1, server.metric("polestar.request.malformed"));
            assertServes(good);
        }
    }

    @Test
    void shouldAnswerWhatCameBeforeWhenInputTurnsBad() throws IOException {
        try (WireClient client = server.connect()) {
            ByteBuffer good = WireClient.framed(WireClient.heartbeat("a"), 3);
            client.send(ByteBuffer.allocate(good.remaining() + 4)
                    .put(good)
                    .putInt(-1)
                    .flip());
            assertEquals(3, client.receiveCorrelationId(ApiKeys.HEARTBEAT, (short) 4));
            assertTrue(client.isClosedByServer());
        }
    }

    @Test
    void shouldSurviveRandomBytes() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (WireClient good = server.connect()) {
            for (int i = 0; i < 200; i++) {
                try (WireClient bad = server.connect()) {
                    byte[] garbage = new byte[1 + random.nextInt(500)];
                    random.nextBytes(garbage);
                    bad.send(random.nextBoolean() ? garbage : sized(garbage.length, garbage));
                }
            }
            assertServes(good);
        }
        await().until(() -> server.server().clients().isEmpty());
    }

    @Test
    void shouldForgetPartialFrameWhenTheClientLeaves() throws IOException {
        try (WireClient client = server.connect()) {
            client.send(sized(100_000, new byte[70_000]));
        }
        await().until(() -> server.server().clients().isEmpty());
        assertEquals(0, log.all().size());
    }

    private static void assertServes(WireClient client) throws IOException {
        HeartbeatResponse response = (HeartbeatResponse) client.ask(WireClient.heartbeat("good"), 1);
        assertEquals(Errors.NONE, response.error());
    }

    private static byte[] sized(int size, byte[] content) {
        return ByteBuffer.allocate(4 + content.length).putInt(size).put(content).array();
    }

    private static byte[] framedHeader(short key, short version) {
        byte[] header = ByteBuffer.allocate(11)
                .putShort(key)
                .putShort(version)
                .putInt(1)
                .putShort((short) -1)
                .put((byte) 0)
                .array();
        return sized(header.length, header);
    }

    private static byte[] bodyCutOff() {
        byte[] whole = WireClient.framed(WireClient.heartbeat("a"), 1).array();
        return ByteBuffer.allocate(whole.length - 5)
                .putInt(whole.length - 9)
                .put(whole, 4, whole.length - 9)
                .array();
    }

    private static byte[] garbageBody() {
        byte[] header = framedHeader(ApiKeys.HEARTBEAT.id, (short) 4);
        byte[] all = ByteBuffer.allocate(1000).put(header).array();
        Arrays.fill(all, header.length, all.length, (byte) 0xff);
        return ByteBuffer.wrap(all).putInt(0, all.length - 4).array();
    }
}
