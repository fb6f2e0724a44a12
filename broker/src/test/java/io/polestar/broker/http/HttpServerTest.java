package io.polestar.broker.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HttpServerTest {
    private final Readiness readiness = new Readiness("recovery", "group coordinator");
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Supplier<CompletableFuture<String>> metrics = () -> CompletableFuture.completedFuture("a 1\n");
    private final JsonPages pages = new JsonPages();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.start("127.0.0.1", 0, readiness, () -> metrics.get(), pages);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldBeAliveButNotReadyWhenStagesAreLeft() throws Exception {
        readiness.done("recovery");

        assertEquals(200, get("/livez").statusCode());
        HttpResponse<String> ready = get("/readyz");
        assertEquals(503, ready.statusCode());
        assertEquals("{\"status\":\"waiting\",\"waitingFor\":[\"group coordinator\"]}\n", ready.body());
    }

    @Test
    void shouldShowThePageOfTheLongestPathAndNotFoundForWhatItDoesNotKnow() throws Exception {
        pages.add("/v1/things", rest -> switch (rest) {
            case "" -> Optional.of(List.of("a", "b"));
            case "a" -> Optional.of(Map.of("name", "a"));
            default -> Optional.empty();
        });
        assertEquals("[\"a\",\"b\"]\n", get("/v1/things").body());
        assertEquals("{\"name\":\"a\"}\n", get("/v1/things/a?x=y").body());
        assertEquals(404, get("/v1/things/c").statusCode());
        assertEquals(404, get("/v1/thingsa").statusCode());
    }

    @Test
    void shouldBeReadyWhenAllStagesAreDone() throws Exception {
        readiness.done("recovery");
        readiness.done("group coordinator");

        HttpResponse<String> ready = get("/readyz?verbose=1");

        assertEquals(200, ready.statusCode());
        assertEquals("{\"status\":\"ready\"}\n", ready.body());
    }

    @Test
    void shouldServeMetricsWhenTheyComeLater() throws Exception {
        CompletableFuture<String> later = new CompletableFuture<>();
        metrics = () -> later;
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(HttpRequest.newBuilder(uri("/metrics")).build(), BodyHandlers.ofString());

        later.complete("b 2\n");

        assertEquals("b 2\n", answer.get().body());
        assertTrue(answer.get()
                .headers()
                .firstValue("content-type")
                .orElseThrow()
                .startsWith("text/plain; version=0.0.4"));
    }

    @Test
    void shouldAnswerServerErrorWhenMetricsFail() throws Exception {
        metrics = () -> CompletableFuture.failedFuture(new IllegalStateException("on purpose"));

        assertEquals(500, get("/metrics").statusCode());
        assertEquals(200, get("/livez").statusCode());
    }

    @Test
    void shouldRefuseUnknownPathsAndOtherMethods() throws Exception {
        assertEquals(404, get("/").statusCode());
        HttpRequest post = HttpRequest.newBuilder(uri("/livez"))
                .POST(BodyPublishers.ofString("x"))
                .build();
        HttpResponse<String> refused = client.send(post, BodyHandlers.ofString());
        assertEquals(405, refused.statusCode());
        assertEquals("GET, HEAD", refused.headers().firstValue("allow").orElseThrow());
    }

    @Test
    void shouldRefuseABodyThatIsTooLarge() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(uri("/livez"))
                .POST(BodyPublishers.ofByteArray(new byte[100_000]))
                .build();

        assertEquals(413, client.send(post, BodyHandlers.ofString()).statusCode());
    }

    @Test
    void shouldSendNoBodyWhenOnlyTheHeadIsAskedFor() throws Exception {
        HttpRequest head = HttpRequest.newBuilder(uri("/livez"))
                .method("HEAD", BodyPublishers.noBody())
                .build();

        HttpResponse<String> answer = client.send(head, BodyHandlers.ofString());

        assertEquals(200, answer.statusCode());
        assertEquals("", answer.body());
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrderOnOneConnection() throws Exception {
        CompletableFuture<String> later = new CompletableFuture<>();
        metrics = () -> later;
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            String both =
                    "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(both.getBytes(US_ASCII));
            later.complete("first 1\n");

            String answers = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            int first = answers.indexOf("first 1");
            assertTrue(first > 0 && answers.indexOf("alive") > first, answers);
        }
    }

    @Test
    void shouldAnswerBadRequestAndCloseWhenItIsNoHttp() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream().write(("x".repeat(5_000) + "\r\n\r\n").getBytes(US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);

            assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
        }
    }

    @Test
    void shouldCloseTheConnectionWhenTooManyRequestsWaitForAnAnswer() throws Exception {
        CompletableFuture<String> never = new CompletableFuture<>();
        metrics = () -> never;
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(17).getBytes(US_ASCII));

            assertEquals(0, socket.getInputStream().readAllBytes().length);
        }
    }

    @Test
    void shouldNameTheAddressWhenThePortIsTaken() {
        IOException refused = assertThrows(
                IOException.class,
                () -> HttpServer.start("127.0.0.1", server.port(), readiness, () -> metrics.get(), pages));

        assertTrue(refused.getMessage().contains("127.0.0.1:" + server.port()), refused.getMessage());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
