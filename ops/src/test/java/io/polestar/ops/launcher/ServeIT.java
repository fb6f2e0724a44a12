package io.polestar.ops.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.Program.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code polestar serve} in a process of its own: its one line, its exit codes, its ports. */
@Timeout(120)
class ServeIT {
    private static final String ANY = "127.0.0.1:0";

    @TempDir
    private Path folder;

    private Unpacked unpacked;
    private Path data;
    private Process running;

    @BeforeEach
    void unpack() throws IOException {
        unpacked = new Unpacked(Files.createDirectory(folder.resolve("unpacked")));
        data = folder.resolve("data");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldSayOneLineWhenItServesAndEndWithZeroWhenItIsTerminated() throws Exception {
        String ready = start(ANY);

        assertTrue(ready.matches("Polestar ready on 127\\.0\\.0\\.1:[1-9]\\d* in \\d+ ms"), ready);
        running.toHandle().destroy();
        assertEquals(0, running.waitFor());
        assertEquals(-1, running.getInputStream().read());
    }

    @Test
    void shouldFindItsTopicsAgainWhenItIsStoppedAndStarted() throws Exception {
        String address = address(start(ANY));
        unpacked.polestar("produce", "again", "hello", "--bootstrap", address)
                .run()
                .ok();
        running.toHandle().destroy();
        running.waitFor();

        address = address(start(ANY));

        Outcome consumed = unpacked.polestar(
                        "consume", "again", "--from", "beginning", "--stop-at-end", "--bootstrap", address)
                .run()
                .ok();
        assertEquals("hello\n", consumed.out());
    }

    @Test
    void shouldAnswerOnItsHttpPortWhenItServes() throws Exception {
        int port = freePort();
        start("127.0.0.1:" + port);

        assertEquals(200, get(port, "/livez").statusCode());
        assertEquals(200, get(port, "/readyz").statusCode());
        HttpResponse<String> metrics = get(port, "/metrics");
        assertTrue(metrics.body().contains("jvm_memory_used_bytes"), metrics.body());
        assertTrue(metrics.body().contains("polestar_connections 0"), metrics.body());
    }

    @Test
    void shouldRefuseWhenThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertRefused(serve("--listen", address, "--http", ANY), "PLAINTEXT://" + address, "in use");
            assertRefused(serve("--listen", ANY, "--http", address), "HTTP", address, "in use");
        }
    }

    @Test
    void shouldRefuseWhenTheDataDirectoryIsInUse() throws Exception {
        start(ANY);

        assertRefused(serve("--listen", ANY, "--http", ANY), data.toString(), "in use by another broker");
    }

    @Test
    void shouldRefuseWhenTheDiskIsTooFull() throws Exception {
        assertRefused(
                serve("--listen", ANY, "--http", ANY, "--set", "polestar.disk.free.min.bytes=" + Long.MAX_VALUE),
                data.toString(),
                "bytes free");
    }

    @Test
    void shouldRefuseWhenTheConfigFileCannotBeRead() throws Exception {
        assertRefused(serve("--config", folder.resolve("none.yaml").toString()), "none.yaml", "no such config file");
    }

    private Outcome serve(String... args) throws Exception {
        String[] line = new String[args.length + 3];
        line[0] = "serve";
        line[1] = "--data";
        line[2] = data.toString();
        System.arraycopy(args, 0, line, 3, args.length);
        return unpacked.polestar(line).run();
    }

    private static void assertRefused(Outcome outcome, String... parts) {
        assertEquals(2, outcome.exitCode(), outcome.err());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        for (String part : parts) {
            assertTrue(outcome.err().contains(part), outcome.err());
        }
    }

    /** Starts it and returns its line. */
    private String start(String http) throws IOException {
        running = unpacked.polestar("serve", "--data", data.toString(), "--listen", ANY, "--http", http)
                .start();
        return new BufferedReader(new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    private static String address(String ready) {
        return ready.split(" ")[3];
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
