package io.polestar.ops.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.broker.PolestarConfigs;
import io.polestar.broker.ViewConfigs;
import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.differential.KafkaProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many topics with a message a second each, read by one consumer: through a view, and by a regular expression. How long a
 * message takes from {@code send} to the consumer, and the broker's CPU time, are printed. {@code -Dsources.topics=10000}
 * and {@code -Dsources.seconds=60} make it large; {@code -Dsources.kafka=true} also measures Apache Kafka, which has no views.
 */
@Timeout(1800)
class ManySourcesIT {
    private static final int TOPICS = Integer.getInteger("sources.topics", 200);
    private static final int SECONDS = Integer.getInteger("sources.seconds", 5);
    private static final int OPEN_LOGS_BESIDE = 1000;
    private static final String HEAP = "1g";
    private static final int TOPICS_PER_REQUEST = 1000;
    private static final String VIEW = "all-sensors";

    @TempDir
    private Path data;

    private final List<String> topics = IntStream.range(0, TOPICS)
            .mapToObj(i -> "sensors.s-" + i + ".reading")
            .toList();
    private String bootstrap;
    private long pid;

    private BrokerUnderTest polestar() throws Exception {
        BrokerUnderTest broker = new BrokerUnderTest(
                data, child -> child.withHeap(HEAP).with(PolestarConfigs.LOG_OPEN_MAX, TOPICS + OPEN_LOGS_BESIDE));
        bootstrap = broker.bootstrap();
        pid = broker.pid();
        createTopics();
        return broker;
    }

    /** With the flags of its own start script. */
    private KafkaProcess kafka() throws Exception {
        int port = freePort();
        KafkaProcess broker = new KafkaProcess(
                data, port, freePort(), Map.of(), List.of("-Xmx" + HEAP, "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"));
        bootstrap = "127.0.0.1:" + port;
        pid = broker.pid();
        createTopics();
        return broker;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Waits for a broker that does not serve yet. */
    private void createTopics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            for (int from = 0; from < TOPICS; from += TOPICS_PER_REQUEST) {
                admin.createTopics(topics.subList(from, Math.min(TOPICS, from + TOPICS_PER_REQUEST)).stream()
                                .map(topic -> new NewTopic(topic, 1, (short) 1))
                                .toList())
                        .all()
                        .get();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void shouldReachOneConsumerThroughAView(String headers) throws Exception {
        try (BrokerUnderTest broker = polestar()) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
                    KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of())) {
                NewTopic view = new NewTopic(VIEW + headers, 1, (short) 1)
                        .configs(Map.of(ViewConfigs.PATTERN, "sensors.>", ViewConfigs.SOURCE_HEADERS, headers));
                admin.createTopics(List.of(view)).all().get();
                consumer.assign(List.of(new TopicPartition(VIEW + headers, 0)));
                consumer.seekToBeginning(consumer.assignment());
                measure("view, source headers " + headers, consumer);
            }
        }
    }

    @Test
    void shouldReachOneConsumerByARegularExpression() throws Exception {
        try (BrokerUnderTest broker = polestar()) {
            readByRegularExpression("regular expression");
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "sources.kafka", matches = "true")
    void shouldReachOneConsumerByARegularExpressionOnApacheKafka() throws Exception {
        try (KafkaProcess broker = kafka()) {
            readByRegularExpression("regular expression, Apache Kafka");
        }
    }

    private void readByRegularExpression(String how) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of("group.id", "sensors"))) {
            consumer.subscribe(Pattern.compile("sensors\\..*"));
            while (consumer.assignment().size() < TOPICS) {
                consumer.poll(Duration.ofMillis(100));
            }
            measure(how, consumer);
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> configs = new HashMap<>(more);
        configs.put("bootstrap.servers", bootstrap);
        configs.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void measure(String how, KafkaConsumer<byte[], byte[]> consumer) throws Exception {
        int count = TOPICS * SECONDS;
        Thread sender = new Thread(() -> send(count), "sender");
        Duration cpuBefore = cpu();
        sender.start();
        long[] latenciesNs = new long[count];
        int received = 0;
        while (received < count) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                latenciesNs[received++] =
                        System.nanoTime() - ByteBuffer.wrap(record.value()).getLong();
            }
        }
        sender.join();
        assertEquals(count, received);
        Duration cpu = cpu().minus(cpuBefore);
        long[] warm = Arrays.copyOfRange(latenciesNs, count / 3, count);
        Arrays.sort(warm);
        Footprint taken = Footprint.of(pid);
        System.out.printf(
                "| %d topics, %s | p50 %.1f ms | p99 %.1f ms | broker %.3f s of CPU a second, %d file descriptors, %d maps |%n",
                TOPICS,
                how,
                at(warm, 0.5),
                at(warm, 0.99),
                cpu.toMillis() / 1000.0 / SECONDS,
                taken.handles(),
                taken.maps());
    }

    private static double at(long[] sortedNs, double part) {
        return sortedNs[(int) (sortedNs.length * part)] / 1e6;
    }

    private Duration cpu() {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** One to each topic in turn, evenly over the second. */
    private void send(int count) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArraySerializer(), new ByteArraySerializer())) {
            topics.forEach(producer::partitionsFor); // else the first message to each waits for its metadata
            long startNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long dueNs = startNs + TimeUnit.SECONDS.toNanos(1) * i / TOPICS;
                while (System.nanoTime() < dueNs) {
                    LockSupport.parkNanos(dueNs - System.nanoTime());
                }
                byte[] value =
                        ByteBuffer.allocate(100).putLong(System.nanoTime()).array();
                producer.send(new ProducerRecord<>(topics.get(i % TOPICS), value));
            }
        }
    }
}
