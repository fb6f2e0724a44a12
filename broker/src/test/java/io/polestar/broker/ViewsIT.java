package io.polestar.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A view, as stock clients see it. */
@Timeout(120)
class ViewsIT {
    private static final String VIEW = "london";
    private static final TopicPartition PARTITION = new TopicPartition(VIEW, 0);
    private static final String WIND = "weather.wind.london";
    private static final String RAIN = "weather.rain.london";
    private static final long EPOCH_MS = System.currentTimeMillis() - 100_000;

    @TempDir
    Path directory;

    private BrokerFixture broker;
    private Admin admin;

    @BeforeEach
    void start() {
        broker = BrokerFixture.builder(directory)
                .with("log.retention.check.interval.ms", 100)
                .start();
        admin = broker.admin();
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    private void restart() {
        stop();
        start();
    }

    private void create(String topic, int partitions, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                .all()
                .get();
    }

    private void createView(Map<String, String> more) throws Exception {
        Map<String, String> configs = new HashMap<>(more);
        configs.put(ViewConfigs.PATTERN, "weather.*.london");
        create(VIEW, 1, configs);
    }

    private void produce(String topic, String... values) throws Exception {
        produce(Map.of(), topic, values);
    }

    /** One batch for each. */
    private void produce(Map<String, ?> configs, String topic, String... values) throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(configs)) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, 0, "k", value)).get();
            }
        }
    }

    private List<ConsumerRecord<String, String>> read(Map<String, ?> configs, TopicPartition partition, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = broker.consumer(configs)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
                return records.size() >= count;
            });
            consumer.poll(Duration.ofMillis(50)).forEach(records::add);
        }
        assertEquals(count, records.size());
        return records;
    }

    private List<ConsumerRecord<String, String>> read(int count) {
        return read(Map.of("check.crcs", "true"), PARTITION, count);
    }

    private static List<String> values(Collection<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }

    private static List<Long> offsets(Collection<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::offset).toList();
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }

    private static String source(ConsumerRecord<String, String> record) {
        return header(record, "polestar.source.topic") + "-" + header(record, "polestar.source.partition") + "@"
                + header(record, "polestar.source.offset");
    }

    private long offset(OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(PARTITION, spec))
                .partitionResult(PARTITION)
                .get()
                .offset();
    }

    private void awaitEnd(long offset) {
        await().until(() -> offset(OffsetSpec.latest()) == offset);
    }

    @Test
    void shouldShowWhatComesAfterItsCreationInOrderOfArrivalWithItsSource() throws Exception {
        create(WIND, 1, Map.of());
        produce(WIND, "before");
        createView(Map.of());
        create(RAIN, 1, Map.of());
        create("weather.rain.paris", 1, Map.of());
        produce(WIND, "w1");
        awaitEnd(1);
        produce("weather.rain.paris", "elsewhere");
        produce(RAIN, "r0");
        awaitEnd(2);
        produce(WIND, "w2");

        List<ConsumerRecord<String, String>> records = read(3);
        assertEquals(List.of("w1", "r0", "w2"), values(records));
        assertEquals(List.of(0L, 1L, 2L), offsets(records));
        assertEquals(
                List.of(WIND + "-0@1", RAIN + "-0@0", WIND + "-0@2"),
                records.stream().map(ViewsIT::source).toList());
        assertEquals("k", records.get(0).key());
    }

    @Test
    void shouldBeginWithWhatItsSourcesHoldWhenAsked() throws Exception {
        create(WIND, 1, Map.of());
        produce(WIND, "w0", "w1");
        createView(Map.of(ViewConfigs.BACKFILL, "true"));
        assertEquals(List.of("w0", "w1"), values(read(2)));
        produce(WIND, "w2");
        assertEquals(List.of("w0", "w1", "w2"), values(read(3)));
    }

    @Test
    void shouldServeBatchesAsTheyAreStoredWithoutSourceHeaders() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.SOURCE_HEADERS, "false"));
        String large = "x".repeat(10_000);
        produce(Map.of("compression.type", "zstd"), WIND, "small", large);
        produce(WIND, large, "small");

        List<ConsumerRecord<String, String>> records = read(4);
        assertEquals(List.of("small", large, large, "small"), values(records));
        assertEquals(List.of(0L, 1L, 2L, 3L), offsets(records));
        records.forEach(record -> assertEquals(0, record.headers().toArray().length));

        set(VIEW, ViewConfigs.SOURCE_HEADERS, "true");
        assertEquals(WIND + "-0@3", source(read(4).get(3)));
    }

    @Test
    void shouldHoldOnlyWhatItsFilterAcceptsAtOffsetsWithoutGaps() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.WHERE, "header.unit=C,header.site", ViewConfigs.WHERE_KEY, "a"));
        try (KafkaProducer<String, String> producer =
                broker.producer(Map.of("linger.ms", 1000, "compression.type", "gzip"))) {
            for (int i = 0; i < 20; i++) {
                ProducerRecord<String, String> record =
                        new ProducerRecord<>(WIND, 0, EPOCH_MS + i, i % 4 == 3 ? "b" : "ab", "v" + i);
                record.headers().add(new RecordHeader("unit", (i % 2 == 1 ? "C" : "F").getBytes(UTF_8)));
                record.headers().add(new RecordHeader("site", null));
                producer.send(record);
            }
            producer.send(new ProducerRecord<>(WIND, 0, EPOCH_MS + 99, null, "without key and headers"));
        }
        List<ConsumerRecord<String, String>> records = read(5);
        assertEquals(List.of("v1", "v5", "v9", "v13", "v17"), values(records));
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), offsets(records));
        assertEquals(WIND + "-0@17", source(records.get(4)));
        assertEquals(5, offset(OffsetSpec.latest()));
        assertEquals(2, offset(OffsetSpec.forTimestamp(EPOCH_MS + 6)));
        assertEquals(4, offset(OffsetSpec.maxTimestamp()));
        assertEquals(-1, offset(OffsetSpec.forTimestamp(EPOCH_MS + 18)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldServeGroupsAndReplay(String protocol) throws Exception {
        create(WIND, 2, Map.of());
        createView(Map.of());
        String[] values = IntStream.range(0, 50).mapToObj(i -> "v" + i).toArray(String[]::new);
        produce(WIND, values);
        Map<String, String> group = Map.of("group.id", "g", "group.protocol", protocol);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = broker.consumer(group)) {
            consumer.subscribe(List.of(VIEW));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
                return records.size() == 50;
            });
            consumer.commitSync();
            assertEquals(0, consumer.currentLag(PARTITION).orElse(-1));
            consumer.seek(PARTITION, 0);
            await().until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
                return records.size() == 100;
            });
        }
        assertEquals(List.of(values), values(records.subList(0, 50)));
        assertEquals(List.of(values), values(records.subList(50, 100)));
        assertEquals(
                50,
                admin.listConsumerGroupOffsets("g")
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(PARTITION)
                        .offset());
        restart();
        produce(WIND, "after");
        try (KafkaConsumer<String, String> consumer = broker.consumer(group)) {
            consumer.subscribe(List.of(VIEW));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(records::add);
                return records.size() == 101;
            });
        }
        assertEquals("after", records.get(100).value());
        assertEquals(50, records.get(100).offset());
    }

    @Test
    void shouldSeeANewTopicAndItsRecordsWithinASecond() throws Exception {
        createView(Map.of());
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of());
                KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            consumer.poll(Duration.ofMillis(500));
            create(WIND, 3, Map.of());
            producer.send(new ProducerRecord<>(WIND, 2, "k", "first")).get();
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> consumer.poll(Duration.ofMillis(20)).count() == 1);
        }
    }

    @Test
    void shouldShowCommittedRecordsOnlyAndAsNoPartOfATransaction() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.SOURCE_HEADERS, "false"));
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(WIND, "k", "aborted")).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(WIND, "k", "committed")).get();
            produce(WIND, "behind it");
            assertEquals(0, offset(OffsetSpec.latest()));
            producer.commitTransaction();
        }
        awaitEnd(2);
        for (String isolation : List.of("read_committed", "read_uncommitted")) {
            List<ConsumerRecord<String, String>> records =
                    read(Map.of("isolation.level", isolation, "check.crcs", "true"), PARTITION, 2);
            assertEquals(List.of("committed", "behind it"), values(records));
            assertEquals(List.of(0L, 1L), offsets(records));
        }
    }

    @Test
    void shouldRefuseProducersForGood() throws Exception {
        createView(Map.of());
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>(VIEW, "k", "v")).get());
            assertInstanceOf(PolicyViolationException.class, refused.getCause());
            assertTrue(refused.getCause().getMessage().contains("is a view and read-only"));
        }
    }

    @Test
    void shouldRefuseATransactionsRecordsToo() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of());
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(WIND, "k", "with it"));
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>(VIEW, "k", "v")).get());
            assertInstanceOf(PolicyViolationException.class, refused.getCause());
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(WIND, "k", "alone"));
            producer.commitTransaction();
        }
        assertEquals(List.of("alone"), values(read(1)));
    }

    @Test
    void shouldRefuseWhatWouldMakeItAnotherView() throws Exception {
        createView(Map.of());
        create(WIND, 1, Map.of());
        assertRefused(VIEW, ViewConfigs.PATTERN, "other.>");
        assertRefused(VIEW, ViewConfigs.WHERE, "header.unit=F");
        assertRefused(WIND, ViewConfigs.PATTERN, "other.>");
        assertInstanceOf(
                PolicyViolationException.class,
                assertThrows(
                                ExecutionException.class,
                                () -> admin.createPartitions(Map.of(VIEW, NewPartitions.increaseTo(2)))
                                        .all()
                                        .get())
                        .getCause());
        for (Map<String, String> bad : List.of(
                Map.of(ViewConfigs.PATTERN, "weather..london"),
                Map.of(ViewConfigs.PATTERN, "a.>", ViewConfigs.WHERE, "unit=C"),
                Map.of(ViewConfigs.WHERE, "header.unit=C"),
                Map.of(ViewConfigs.PATTERN, "a.>", "cleanup.policy", "compact"))) {
            ExecutionException refused = assertThrows(ExecutionException.class, () -> create("bad", 1, bad));
            assertInstanceOf(InvalidConfigurationException.class, refused.getCause(), bad.toString());
        }
    }

    private void assertRefused(String topic, String name, String value) {
        ExecutionException refused = assertThrows(ExecutionException.class, () -> set(topic, name, value));
        assertInstanceOf(InvalidConfigurationException.class, refused.getCause());
    }

    @Test
    void shouldGoOnBehindWhatItsSourcesNoLongerHold() throws Exception {
        create(WIND, 1, Map.of());
        create(RAIN, 1, Map.of());
        createView(Map.of());
        produce(WIND, "w0", "w1", "w2");
        awaitEnd(3);
        produce(RAIN, "r0", "r1");
        awaitEnd(5);
        admin.deleteRecords(Map.of(new TopicPartition(WIND, 0), RecordsToDelete.beforeOffset(2)))
                .all()
                .get();
        assertEquals(List.of("w2", "r0", "r1"), values(read(3)));
        assertEquals(List.of(2L, 3L, 4L), offsets(read(3)));

        admin.deleteTopics(List.of(RAIN)).all().get();
        assertEquals(List.of("w2"), values(read(1)));
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(PARTITION));
            consumer.seek(PARTITION, 3);
            await().until(() -> consumer.poll(Duration.ofMillis(50)).isEmpty() && consumer.position(PARTITION) == 5);
        }
        create(RAIN, 1, Map.of());
        produce(RAIN, "r0 of another topic");
        assertEquals(List.of("w2", "r0 of another topic"), values(read(2)));
        restart();
        produce(WIND, "w3");
        assertEquals(List.of("w2", "r0 of another topic", "w3"), values(read(3)));
        assertEquals(List.of(2L, 5L, 6L), offsets(read(3)));
    }

    @Test
    void shouldPassOverWhatTheRetentionOfASourceRemoves() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of());
        try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
            long twoHoursAgo = System.currentTimeMillis() - 7_200_000;
            producer.send(new ProducerRecord<>(WIND, 0, twoHoursAgo, "k", "old"))
                    .get();
        }
        awaitEnd(1);
        set(WIND, "retention.ms", "3600000");
        await().until(() -> admin.listOffsets(Map.of(new TopicPartition(WIND, 0), OffsetSpec.earliest()))
                        .partitionResult(new TopicPartition(WIND, 0))
                        .get()
                        .offset()
                == 1);
        produce(WIND, "new");
        List<ConsumerRecord<String, String>> records = read(1);
        assertEquals(List.of("new"), values(records));
        assertEquals(List.of(1L), offsets(records));
        assertEquals(0, offset(OffsetSpec.earliest()));
        assertEquals(1, offset(OffsetSpec.forTimestamp(System.currentTimeMillis() - 3_600_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void shouldShowCompressedBatchesAndTimesOfTheAppend(String sourceHeaders) throws Exception {
        create(WIND, 1, Map.of("message.timestamp.type", "LogAppendTime"));
        createView(Map.of(ViewConfigs.SOURCE_HEADERS, sourceHeaders, PolestarTopicConfigs.DURABILITY, "sync"));
        long before = System.currentTimeMillis();
        int count = 0;
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (KafkaProducer<String, String> producer =
                    broker.producer(Map.of("compression.type", codec, "linger.ms", 100, "batch.size", 1 << 20))) {
                for (int i = 0; i < 500; i++) {
                    producer.send(new ProducerRecord<>(WIND, 0, 5L, "k", "value " + count++ + "x".repeat(50)));
                }
            }
        }
        List<ConsumerRecord<String, String>> of = read(Map.of(), new TopicPartition(WIND, 0), count);
        List<ConsumerRecord<String, String>> view = read(count);
        assertEquals(values(of), values(view));
        assertEquals(offsets(of), offsets(view));
        assertEquals(
                of.stream().map(ConsumerRecord::timestamp).toList(),
                view.stream().map(ConsumerRecord::timestamp).toList());
        assertEquals(TimestampType.LOG_APPEND_TIME, view.get(0).timestampType());
        assertEquals(0, offset(OffsetSpec.forTimestamp(before)));
    }

    @Test
    void shouldServeShareGroups() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.SOURCE_HEADERS, "false"));
        set(new ConfigResource(ConfigResource.Type.GROUP, "s"), "share.auto.offset.reset", "earliest");
        produce(WIND, "small", "x".repeat(10_000));
        Map<String, Object> configs = Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", "s");
        List<String> values = new ArrayList<>();
        try (KafkaShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(VIEW));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() == 2;
            });
        }
        assertEquals(List.of("small", "x".repeat(10_000)), values);
    }

    private void set(String topic, String name, String value) throws Exception {
        set(new ConfigResource(ConfigResource.Type.TOPIC, topic), name, value);
    }

    private void set(ConfigResource resource, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    @Test
    void shouldNotTakeAgainWhatItsOwnRetentionRemoved() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.BACKFILL, "true"));
        produce(WIND, "w0", "w1");
        awaitEnd(2);
        admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(2)))
                .all()
                .get();
        restart();
        produce(WIND, "w2");
        assertEquals(List.of("w2"), values(read(1)));
        assertEquals(3, offset(OffsetSpec.latest()));
    }

    @Test
    void shouldShowWhatCameInsteadWhereASourceLostItsEndInAPowerCut() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.SOURCE_HEADERS, "false"));
        produce(WIND, "w0", "w1");
        awaitEnd(2);
        stop();
        copy(directory.resolve(WIND + "-0"), directory.resolve("kept"));
        start();
        produce(WIND, "lost", "lost", "lost");
        awaitEnd(5);
        stop();
        delete(directory.resolve(WIND + "-0"));
        copy(directory.resolve("kept"), directory.resolve(WIND + "-0"));
        delete(directory.resolve("kept"));
        start();
        produce(WIND, "w2", "w3");
        assertEquals(List.of("w0", "w1", "w2", "w3"), values(read(4)));
        restart();
        produce(WIND, "w4");
        assertEquals(List.of("w0", "w1", "w2", "w3", "w4"), values(read(5)));
        assertEquals(List.of(0L, 1L, 5L, 6L, 7L), offsets(read(5)));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void shouldKeepTheOrderOfEachSourcePartitionInOnePartitionOfTheView() throws Exception {
        create(WIND, 5, Map.of());
        create(VIEW, 3, Map.of(ViewConfigs.PATTERN, "weather.>"));
        int each = 40;
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("batch.size", 1))) {
            for (int i = 0; i < 5 * each; i++) {
                producer.send(new ProducerRecord<>(WIND, i % 5, "k", Integer.toString(i / 5)));
            }
        }
        Map<String, List<Integer>> bySource = new HashMap<>();
        Map<String, Integer> home = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", "g"))) {
            consumer.subscribe(List.of(VIEW));
            await().until(() -> {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                    String source = header(record, "polestar.source.partition");
                    bySource.computeIfAbsent(source, none -> new ArrayList<>()).add(Integer.valueOf(record.value()));
                    assertEquals(record.partition(), home.computeIfAbsent(source, none -> record.partition()));
                }
                return bySource.values().stream().mapToInt(List::size).sum() == 5 * each;
            });
        }
        List<Integer> inOrder = IntStream.range(0, each).boxed().toList();
        bySource.values().forEach(numbers -> assertEquals(inOrder, numbers));
        assertTrue(home.values().stream().distinct().count() > 1);
    }

    @Test
    void shouldShowWhatCompactionLeftAtTheSameOffsets() throws Exception {
        create(
                WIND,
                1,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "segment.ms",
                        "50",
                        "min.cleanable.dirty.ratio",
                        "0.01",
                        "min.compaction.lag.ms",
                        "0"));
        createView(Map.of());
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", 500))) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(WIND, 0, i % 2 == 0 ? "same" : "key " + i, "v" + i));
            }
        }
        awaitEnd(10);
        for (String key : List.of("one more", "and another")) {
            try (KafkaProducer<String, String> producer = broker.producer(Map.of())) {
                producer.send(new ProducerRecord<>(WIND, 0, key, "rolls")).get();
            }
        }
        TopicPartition source = new TopicPartition(WIND, 0);
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
                consumer.assign(List.of(source));
                consumer.seekToBeginning(List.of(source));
                return consumer.poll(Duration.ofSeconds(5))
                                .records(source)
                                .get(0)
                                .offset()
                        == 1;
            }
        });
        List<ConsumerRecord<String, String>> of = read(Map.of(), source, 8);
        List<ConsumerRecord<String, String>> view = read(8);
        assertEquals(values(of), values(view));
        assertEquals(offsets(of), offsets(view));
    }

    @Test
    void shouldBeForgottenWhenDeleted() throws Exception {
        create(WIND, 1, Map.of());
        createView(Map.of(ViewConfigs.BACKFILL, "true"));
        produce(WIND, "w0");
        awaitEnd(1);
        admin.deleteTopics(List.of(VIEW)).all().get();
        createView(Map.of());
        produce(WIND, "w1");
        List<ConsumerRecord<String, String>> records = read(1);
        assertEquals("w1", records.get(0).value());
    }
}
