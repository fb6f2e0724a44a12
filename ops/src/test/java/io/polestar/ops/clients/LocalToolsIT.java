package io.polestar.ops.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.tools.attach.VirtualMachine;
import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's tools that look at processes, files and token issuers instead of asking a broker. */
@Timeout(180)
class LocalToolsIT {
    private static final String TOPIC = "local.tools";
    private static final String REPORTER = "org.apache.kafka.common.metrics.JmxReporter";

    @TempDir
    private Path folder;

    private static Outcome tool(String name, String... args) throws Exception {
        return Program.java("org.apache.kafka.tools." + name, args).run();
    }

    private static void configure(BrokerUnderTest broker, String... change) throws Exception {
        String[] all = Stream.concat(
                        Stream.of(
                                "--bootstrap-server",
                                broker.bootstrap(),
                                "--alter",
                                "--entity-type",
                                "brokers",
                                "--entity-default"),
                        Arrays.stream(change))
                .toArray(String[]::new);
        Program.java("kafka.admin.ConfigCommand", all).run().ok();
    }

    @Test
    void shouldShowTheBrokersMetricsByJmxWhenItsReporterIsSwitchedOn() throws Exception {
        try (BrokerUnderTest broker = new BrokerUnderTest(folder)) {
            configure(broker, "--add-config", "metric.reporters=" + REPORTER);
            VirtualMachine machine = VirtualMachine.attach(Long.toString(broker.pid()));
            String url = machine.startLocalManagementAgent();
            machine.detach();
            String[] group = {
                "--jmx-url",
                url,
                "--object-name",
                "kafka.server:type=group-coordinator-metrics,*",
                "--one-time",
                "true",
                "--report-format",
                "properties"
            };
            String shown = tool("JmxTool", group).ok().out();
            assertTrue(
                    shown.lines()
                            .anyMatch(line -> line.startsWith("kafka.server:type=group-coordinator-metrics")
                                    && line.contains("num-partitions")
                                    && line.contains("=")),
                    shown);

            configure(broker, "--delete-config", "metric.reporters");
            Outcome gone = tool("JmxTool", group);
            assertEquals(1, gone.exitCode(), gone.out());
            assertTrue(gone.err().contains("No matched attributes"), gone.err());
        }
    }

    @Test
    void shouldCheckATokenOfALocalIssuer() throws Exception {
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/token", exchange -> {
            byte[] answer = ("{\"access_token\":\"" + token() + "\",\"token_type\":\"Bearer\"}").getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        issuer.start();
        try {
            String url = "http://127.0.0.1:" + issuer.getAddress().getPort() + "/token";
            String checked = oauth(url).ok().out();
            assertTrue(checked.contains("PASSED 2/5: client JWT retrieval"), checked);
            assertTrue(checked.contains("PASSED 5/5: broker JWT validation"), checked);
            assertTrue(checked.endsWith("SUCCESS" + System.lineSeparator()), checked);
        } finally {
            issuer.stop(0);
        }
    }

    @Test
    void shouldSayThatThereIsNoIssuer() throws Exception {
        Outcome failed = oauth("http://127.0.0.1:9/token");
        assertEquals(1, failed.exitCode());
        assertTrue(failed.out().contains("FAILED:"), failed.out());
    }

    private static Outcome oauth(String url) throws Exception {
        return Program.java(
                        "org.apache.kafka.tools.OAuthCompatibilityTool",
                        "--sasl.oauthbearer.token.endpoint.url",
                        url,
                        "--sasl.login.retry.backoff.max.ms",
                        "200",
                        "--clientId",
                        "polestar",
                        "--clientSecret",
                        "secret")
                .with("JAVA_TOOL_OPTIONS", "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + url)
                .run();
    }

    /** Without a key set there is nothing to check a signature by: the tool looks at the claims. */
    private static String token() {
        long nowSeconds = Instant.now().getEpochSecond();
        return part("{\"alg\":\"none\"}")
                + "."
                + part("{\"sub\":\"polestar\",\"scope\":\"all\",\"iat\":" + nowSeconds + ",\"exp\":"
                        + (nowSeconds + 3600) + "}")
                + "."
                + part("signature");
    }

    private static String part(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void shouldListThePluginsForConnectOfAJar() throws Exception {
        Path jar = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().startsWith("connect-json-"))
                .findFirst()
                .orElseThrow();
        Path copied = Files.copy(jar, folder.resolve("connect-json.jar"));
        String listed = tool("ConnectPluginPath", "list", "--plugin-location", copied.toString())
                .ok()
                .out();
        assertTrue(
                listed.lines()
                        .anyMatch(line -> line.startsWith("org.apache.kafka.connect.json.JsonConverter\t")
                                && line.contains("\tconverter\ttrue\ttrue\t")),
                listed);
        String synced = tool("ConnectPluginPath", "sync-manifests", "--dry-run", "--plugin-location", copied.toString())
                .ok()
                .out();
        assertTrue(synced.contains("All plugins are compatible") || synced.contains("Dry run"), synced);
    }

    /** A partition's segments are Chronicle's: for them there is {@code polestar log dump}. */
    @Test
    void shouldDumpWhatTheBrokerKeepsInKafkasFormats() throws Exception {
        try (BrokerUnderTest broker = new BrokerUnderTest(folder)) {
            Program.java(
                            "org.apache.kafka.tools.ProducerPerformance",
                            "--bootstrap-server",
                            broker.bootstrap(),
                            "--topic",
                            TOPIC,
                            "--num-records",
                            "10",
                            "--record-size",
                            "10",
                            "--throughput",
                            "-1")
                    .run()
                    .ok();
        }
        String metadata = dump(file("__cluster_metadata-0", ".log"), "--cluster-metadata-decoder");
        assertTrue(metadata.contains("\"type\":\"TOPIC_RECORD\""), metadata);
        assertTrue(metadata.contains("\"name\":\"" + TOPIC + "\""), metadata);

        String producers = dump(file(TOPIC + "-0", ".snapshot"));
        assertTrue(producers.contains("lastSequence: 9"), producers);

        Path segment = file(TOPIC + "-0", ".cq4");
        Outcome unknown = tool("DumpLogSegments", "--files", segment.toString()).ok();
        assertTrue(unknown.err().contains("Ignoring unknown file"), unknown.err());
    }

    private static String dump(Path file, String... options) throws Exception {
        String[] all = Stream.concat(Stream.of("--files", file.toString()), Arrays.stream(options))
                .toArray(String[]::new);
        return tool("DumpLogSegments", all).ok().out();
    }

    private Path file(String log, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(log))) {
            List<Path> found = files.filter(path -> path.toString().endsWith(suffix))
                    .sorted()
                    .toList();
            return found.get(found.size() - 1);
        }
    }
}
