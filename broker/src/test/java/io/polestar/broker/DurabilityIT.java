package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The durability modes as clients see them, on a device that the test holds back or breaks. */
@Timeout(60)
class DurabilityIT {
    private static final short NAMES_IN_PRODUCE = 12;
    private static final short ALL = -1;
    private static final TopicPartition SYNC = new TopicPartition("sync", 0);

    @TempDir
    Path directory;

    private final GatedDisk disk = new GatedDisk();
    private BrokerFixture broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory)
                .with(PolestarTopicConfigs.DURABILITY_INTERVAL_MS, 50)
                .start(disk);
        admin = broker.admin();
        create("sync", "sync");
        create("os", "os");
        create("interval", "interval");
    }

    @AfterEach
    void stop() {
        disk.open();
        disk.failFor("");
        admin.close();
        broker.close();
    }

    private void create(String topic, String durability) throws Exception {
        admin.createTopics(List.of(
                        new NewTopic(topic, 1, (short) 1).configs(Map.of(PolestarTopicConfigs.DURABILITY, durability))))
                .all()
                .get();
    }

    private KafkaProducer<String, String> producer(Map<String, ?> configs) {
        return broker.producer(configs);
    }

    private static ProducerRecord<String, String> record(String topic) {
        return new ProducerRecord<>(topic, "k", "v");
    }

    private long endOffset(TopicPartition partition) throws Exception {
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @Test
    void shouldAcknowledgeAndShowARecordOnlyWhenItIsOnTheDiskWhereTheTopicIsSync() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "all"))) {
            producer.send(record("sync")).get();
            disk.shut();
            Future<RecordMetadata> second = producer.send(record("sync"));
            await().until(disk::isWaiting);
            assertFalse(second.isDone());
            assertEquals(1, endOffset(SYNC));
            disk.open();
            assertEquals(1, second.get().offset());
            assertEquals(2, endOffset(SYNC));
        }
    }

    @Test
    void shouldNotWaitForTheDiskWithAcksOne() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "1", "enable.idempotence", "false"))) {
            disk.shut();
            assertEquals(0, producer.send(record("sync")).get().offset());
            assertEquals(0, endOffset(SYNC));
            disk.open();
            await().until(() -> endOffset(SYNC) == 1);
        }
    }

    @Test
    void shouldNotWaitForTheDiskWhereTheTopicIsOsOrInterval() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "all"))) {
            disk.shut();
            assertEquals(0, producer.send(record("os")).get().offset());
            assertEquals(0, producer.send(record("interval")).get().offset());
            await().until(disk::isWaiting);
        }
    }

    @Test
    void shouldAnswerThatTheTimeIsOverWhenTheDiskIsTooSlow() throws Exception {
        disk.shut();
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            PartitionProduceResponse answer = produce(connection, "sync", 100);
            assertEquals(Errors.REQUEST_TIMED_OUT.code(), answer.errorCode());
            disk.open();
            await().until(() -> endOffset(SYNC) == 1);
            assertEquals(Errors.NONE.code(), produce(connection, "sync", 10_000).errorCode());
        }
    }

    private static PartitionProduceResponse produce(WireConnection connection, String topic, int timeoutMs)
            throws IOException {
        ProduceRequestData request = new ProduceRequestData().setAcks(ALL).setTimeoutMs(timeoutMs);
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes()));
        request.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(records))));
        return connection
                .call(
                        new ProduceRequest.Builder(NAMES_IN_PRODUCE, NAMES_IN_PRODUCE, request).build(),
                        ProduceResponse.class)
                .data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    @Test
    void shouldTakeOnlyThePartitionOfflineThatCannotBeForced() throws Exception {
        disk.failFor("sync");
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            assertEquals(
                    Errors.KAFKA_STORAGE_ERROR.code(),
                    produce(connection, "sync", 10_000).errorCode());
            disk.failFor("");
            assertEquals(
                    Errors.KAFKA_STORAGE_ERROR.code(),
                    produce(connection, "sync", 10_000).errorCode());
            assertEquals(Errors.NONE.code(), produce(connection, "os", 10_000).errorCode());
        }
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "all"))) {
            create("other", "sync");
            assertEquals(0, producer.send(record("other")).get().offset());
        }
    }

    @Test
    void shouldCommitAGroupsOffsetsOnlyWhenTheyAreOnTheDiskWhereTheOffsetsTopicIsSync() throws Exception {
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", "g"))) {
            consumer.assign(List.of(SYNC));
            consumer.commitSync(Map.of(SYNC, new OffsetAndMetadata(1)));
            set("__consumer_offsets", "sync");
            disk.shut();
            consumer.commitAsync(Map.of(SYNC, new OffsetAndMetadata(2)), null);
            consumer.poll(Duration.ZERO);
            await().until(disk::isWaiting);
            assertEquals(1, committed("g"));
            disk.open();
            await().until(() -> committed("g") == 2);
        }
    }

    private long committed(String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(SYNC)
                .offset();
    }

    private void set(String topic, String durability) throws Exception {
        ConfigEntry entry = new ConfigEntry(PolestarTopicConfigs.DURABILITY, durability);
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    @Test
    void shouldFollowAChangeOfTheTopicsDurabilityAtOnce() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "all"))) {
            producer.send(record("sync")).get();
            disk.shut();
            Future<RecordMetadata> second = producer.send(record("sync"));
            await().until(disk::isWaiting);
            assertFalse(second.isDone());
            set("sync", "os");
            assertEquals(1, second.get().offset());
        }
    }

    @Test
    void shouldShowTheDurabilityWithItsSourceAndRefuseAnUnknownOne() throws Exception {
        assertEquals(
                ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
                durabilityOf("sync").source());
        assertEquals("sync", durabilityOf("sync").value());
        ExecutionException refused = assertThrows(ExecutionException.class, () -> set("sync", "always"));
        assertInstanceOf(InvalidConfigurationException.class, refused.getCause());
        assertEquals("sync", durabilityOf("sync").value());
        admin.createTopics(List.of(new NewTopic("plain", 1, (short) 1))).all().get();
        assertEquals("os", durabilityOf("plain").value());
        assertEquals(
                ConfigEntry.ConfigSource.DEFAULT_CONFIG, durabilityOf("plain").source());
    }

    @Test
    void shouldFollowAChangeOfTheBrokersDurabilityWhereTheTopicHasNone() throws Exception {
        admin.createTopics(List.of(new NewTopic("plain", 1, (short) 1))).all().get();
        ConfigResource brokers = new ConfigResource(ConfigResource.Type.BROKER, "");
        ConfigEntry sync = new ConfigEntry(PolestarTopicConfigs.DURABILITY, "sync");
        admin.incrementalAlterConfigs(Map.of(brokers, List.of(new AlterConfigOp(sync, AlterConfigOp.OpType.SET))))
                .all()
                .get();
        assertEquals("sync", durabilityOf("plain").value());
        assertEquals(
                ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                durabilityOf("plain").source());
        assertEquals("os", durabilityOf("os").value());
        disk.shut();
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "all"))) {
            Future<RecordMetadata> sent = producer.send(record("plain"));
            await().until(disk::isWaiting);
            assertFalse(sent.isDone());
            disk.open();
            assertEquals(0, sent.get().offset());
        }
    }

    private ConfigEntry durabilityOf(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(PolestarTopicConfigs.DURABILITY);
    }

    @Test
    void shouldCommitManyProducersTogether() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("acks", "all", "linger.ms", "0"))) {
            List<Future<RecordMetadata>> sent = IntStream.range(0, 500)
                    .mapToObj(i -> producer.send(record("sync")))
                    .toList();
            long expected = 0;
            for (Future<RecordMetadata> each : sent) {
                assertEquals(expected++, each.get().offset());
            }
        }
    }
}
