package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
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

/** A disk that is nearly full, as its own word has it: producing waits, everything else goes on, and it ends by itself. */
@Timeout(60)
class DiskFullIT {
    private static final TopicPartition PARTITION = new TopicPartition("telemetry", 0);
    private static final short NAMES_IN_PRODUCE = 12;

    @TempDir
    Path directory;

    private final GatedDisk disk = new GatedDisk();
    private BrokerFixture broker;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerFixture.builder(directory).start(disk);
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static ProducerRecord<String, String> record() {
        return new ProducerRecord<>(PARTITION.topic(), "k", "v");
    }

    @Test
    void shouldRefuseToProduceGoOnConsumingAndResumeWhenThereIsSpaceAgain() throws Exception {
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("acks", "all"));
                KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", "readers"))) {
            producer.send(record()).get();
            disk.take(Long.MAX_VALUE / 2);
            long stored = 1;
            while (produceOnce() != Errors.KAFKA_STORAGE_ERROR.code()) {
                stored++; // the broker looks at its disk once a second while there is much
            }

            Future<RecordMetadata> waiting = producer.send(record());
            consumer.assign(List.of(PARTITION));
            await().until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            assertEquals(stored, consumer.endOffsets(List.of(PARTITION)).get(PARTITION));
            assertFalse(waiting.isDone());

            disk.take(0);
            assertEquals(stored, waiting.get().offset());
            consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(stored + 1)));
        }
    }

    /** Coordinators stop later than clients; the metadata log goes on, so that retention can be shortened or a topic deleted. */
    @Test
    void shouldRefuseCommitsCleanlyAndGoOnChangingMetadataWhenThereIsNextToNothing() throws Exception {
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", "readers"));
                Admin admin = broker.admin()) {
            Map<TopicPartition, OffsetAndMetadata> first = Map.of(PARTITION, new OffsetAndMetadata(0));
            consumer.commitSync(first);
            disk.take(Long.MAX_VALUE / 2);
            while (produceOnce() != Errors.KAFKA_STORAGE_ERROR.code()) {
                // as above
            }
            assertThrows(TimeoutException.class, () -> consumer.commitSync(first, Duration.ofSeconds(2)));

            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, PARTITION.topic());
            AlterConfigOp shorter =
                    new AlterConfigOp(new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(shorter))).all().get();
            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
            assertEquals(Optional.empty(), broker.broker().fault());

            disk.take(0);
            consumer.commitSync(first);
            admin.deleteTopics(List.of(PARTITION.topic())).all().get();
        }
    }

    private short produceOnce() throws Exception {
        ProduceRequestData request = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1000);
        MemoryRecords refused = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes()));
        request.topicData()
                .add(new TopicProduceData()
                        .setName(PARTITION.topic())
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(refused))));
        try (WireConnection connection =
                new WireConnection(broker.broker().listeners().get(0).port())) {
            return connection
                    .call(
                            new ProduceRequest.Builder(NAMES_IN_PRODUCE, NAMES_IN_PRODUCE, request).build(),
                            ProduceResponse.class)
                    .data()
                    .responses()
                    .iterator()
                    .next()
                    .partitionResponses()
                    .get(0)
                    .errorCode();
        }
    }
}
