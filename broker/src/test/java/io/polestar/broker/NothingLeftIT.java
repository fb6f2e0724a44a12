package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A broker that was closed leaves nothing behind in its process, however its clients behaved. */
@Timeout(120)
class NothingLeftIT {
    private static final int BIG_RECORDS = 16;
    private static final int BIG_RECORD_BYTES = 512 * 1024;
    private static final long SETTLE_SECONDS = 20;
    /** What allocators keep for the next time differs from run to run. */
    private static final long DIRECT_MEMORY_SLACK_BYTES = 8L << 20;

    /** Threads of the process, not of a broker: Netty's, Chronicle's, the JDK's. They end by themselves or serve on. */
    private static final List<String> OF_THE_PROCESS = List.of(
            "globalEventExecutor",
            "Chronicle",
            "background~resource~releaser",
            "CompletableFutureDelayScheduler",
            "ForkJoinPool.commonPool",
            "Keep-Alive-Timer",
            "Attach Listener",
            "awaitility");

    @TempDir
    Path folder;

    private final Logger leakDetector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();

    @BeforeEach
    void listen() {
        assertEquals(ResourceLeakDetector.Level.PARANOID, ResourceLeakDetector.getLevel());
        leaks.start();
        leakDetector.addAppender(leaks);
    }

    @AfterEach
    void stopListening() {
        leakDetector.detachAppender(leaks);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldLeaveNoThreadMappingOrMemoryWhenClosed() throws Exception {
        run(folder.resolve("first"));
        Set<Thread> threads = threads();
        long directBytes = directBytes();

        run(folder.resolve("second"));
        run(folder.resolve("third"));

        awaitNo(
                "threads",
                () -> threads().stream()
                        .filter(thread -> !threads.contains(thread))
                        .map(Thread::getName)
                        .toList());
        awaitNo("mappings", this::mappings);
        awaitNo("open files", this::openFiles);
        awaitNo(
                "direct memory above " + directBytes,
                () -> Stream.of(directBytes())
                        .filter(now -> now > directBytes + DIRECT_MEMORY_SLACK_BYTES)
                        .toList());
        assertEquals(
                List.of(),
                leaks.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    }

    @Test
    void shouldLeaveNoThreadWhenTheStartFails() throws IOException {
        BrokerFixture.builder(folder).start().close();
        Set<Thread> threads = threads();
        Path metadataLog = folder.resolve("__cluster_metadata-0");
        Utils.delete(metadataLog.toFile());
        Files.createFile(metadataLog);

        assertThrows(KafkaException.class, () -> BrokerFixture.builder(folder).start());

        awaitNo(
                "threads",
                () -> threads().stream()
                        .filter(thread -> !threads.contains(thread))
                        .map(Thread::getName)
                        .toList());
    }

    private void run(Path data) throws Exception {
        try (BrokerFixture broker = BrokerFixture.builder(data)
                .with(PolestarConfigs.HTTP_LISTEN, "127.0.0.1:0")
                .start()) {
            produce(broker);
            consumeInGroups(broker);
            vanishWhileWaiting(broker);
            vanishWhileBeingAnswered(broker);
        }
    }

    private static void produce(BrokerFixture broker) {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", 5))) {
            for (int i = 0; i < 2000; i++) {
                producer.send(new ProducerRecord<>("small", "value " + i));
            }
            for (int i = 0; i < BIG_RECORDS; i++) {
                producer.send(new ProducerRecord<>("big", "x".repeat(BIG_RECORD_BYTES)));
            }
        }
    }

    private static void consumeInGroups(BrokerFixture broker) {
        for (String protocol : List.of("classic", "consumer")) {
            Map<String, Object> configs = Map.of("group.id", protocol, "group.protocol", protocol);
            try (KafkaConsumer<String, String> consumer = broker.consumer(configs)) {
                consumer.subscribe(List.of("small"));
                int count = 0;
                while (count < 2000) {
                    count += consumer.poll(Duration.ofMillis(200)).count();
                }
            }
        }
    }

    private static void vanishWhileWaiting(BrokerFixture broker) throws IOException {
        try (RudeClient client = new RudeClient(port(broker))) {
            client.fetch(new TopicPartition("small", 0), 2000, 60_000);
            Awaitility.await().until(() -> inFlight(broker) == 1);
        }
        Awaitility.await().until(() -> inFlight(broker) == 0);
    }

    private static void vanishWhileBeingAnswered(BrokerFixture broker) throws IOException {
        for (int i = 0; i < 4; i++) {
            try (RudeClient client = new RudeClient(port(broker))) {
                client.fetch(new TopicPartition("big", 0), 0, 0);
                assertTrue(client.beginOfAnswer() > BIG_RECORDS * BIG_RECORD_BYTES);
            }
        }
        // One that is still there when the broker closes.
        new RudeClient(port(broker)).fetch(new TopicPartition("big", 0), 0, 0);
    }

    private static int port(BrokerFixture broker) {
        return broker.broker().listeners().get(0).port();
    }

    private static double inFlight(BrokerFixture broker) throws IOException {
        URI metrics =
                URI.create("http://127.0.0.1:" + broker.broker().httpPort().orElseThrow() + "/metrics");
        HttpURLConnection connection = (HttpURLConnection) metrics.toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        String text = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> line.startsWith("polestar_requests_in_flight "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private interface Look {
        List<?> at() throws IOException;
    }

    private static void awaitNo(String what, Look look) {
        Awaitility.await(what)
                .atMost(SETTLE_SECONDS, TimeUnit.SECONDS)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    System.gc();
                    BackgroundResourceReleaser.releasePendingResources();
                    assertEquals(List.of(), look.at());
                });
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> OF_THE_PROCESS.stream()
                        .noneMatch(name -> thread.getName().contains(name)))
                .collect(Collectors.toSet());
    }

    private List<String> mappings() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains(folder.toString())).toList();
        }
    }

    private List<String> openFiles() throws IOException {
        try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
            return handles.map(NothingLeftIT::target)
                    .filter(target -> target.startsWith(folder.toString()))
                    .toList();
        }
    }

    private static String target(Path handle) {
        try {
            return Files.readSymbolicLink(handle).toString();
        } catch (IOException e) {
            return ""; // closed since it was listed
        }
    }

    private static long directBytes() {
        long jdks = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return jdks + Math.max(0, PlatformDependent.usedDirectMemory());
    }
}
