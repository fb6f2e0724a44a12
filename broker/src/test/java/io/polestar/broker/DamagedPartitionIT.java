package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polestar.storage.chronicle.LogFault;
import io.polestar.storage.chronicle.LogReport;
import io.polestar.storage.chronicle.OfflineLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that was killed finds files damaged: it starts, serves everything else, and refuses what it cannot vouch for. */
@Timeout(240)
class DamagedPartitionIT {
    private static final int RECORDS = 20;
    private static final TopicPartition HARMED = new TopicPartition("harmed", 0);
    private static final TopicPartition SOUND = new TopicPartition("sound", 0);

    @TempDir
    Path directory;

    /** Writes to both topics, kills the broker. */
    private void write() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(directory);
                Admin admin = Admin.create(configs(broker))) {
            admin.createTopics(List.of(
                            new NewTopic(HARMED.topic(), 1, (short) 1), new NewTopic(SOUND.topic(), 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            try (KafkaProducer<String, String> producer = producer(broker)) {
                for (int i = 0; i < RECORDS; i++) {
                    send(producer, HARMED, i);
                    send(producer, SOUND, i);
                }
            }
        }
    }

    private static Map<String, Object> configs(BrokerProcess broker) {
        return Map.of("bootstrap.servers", broker.bootstrapServers(), "retries", 0, "enable.idempotence", false);
    }

    private static KafkaProducer<String, String> producer(BrokerProcess broker) {
        return new KafkaProducer<>(configs(broker), new StringSerializer(), new StringSerializer());
    }

    private static RecordMetadata send(KafkaProducer<String, String> producer, TopicPartition partition, int number)
            throws Exception {
        return producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "value-" + number))
                .get(30, TimeUnit.SECONDS);
    }

    private Path folder(TopicPartition partition) {
        return directory.resolve(partition.toString());
    }

    /** In the records of the fifth batch. */
    private void harm(TopicPartition partition) throws IOException {
        List<Long> positions = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        try (OfflineLogs logs = OfflineLogs.read(directory)) {
            logs.verify(partition.toString(), batch -> {
                positions.add(batch.position());
                files.add(batch.file());
            });
        }
        try (FileChannel channel = FileChannel.open(files.get(5), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, positions.get(5) + 80);
            channel.write(one.put(0, (byte) (one.get(0) ^ 1)).flip(), positions.get(5) + 80);
        }
    }

    private static List<Long> read(BrokerProcess broker, TopicPartition partition, int count) {
        Map<String, Object> configs = Map.of("bootstrap.servers", broker.bootstrapServers());
        List<Long> offsets = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (offsets.size() < count && System.nanoTime() < deadlineNs) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> offsets.add(record.offset()));
            }
        }
        return offsets;
    }

    @Test
    void shouldServeEverythingElseWhenAPartitionIsDamaged() throws Exception {
        write();
        harm(HARMED);
        try (BrokerProcess broker = BrokerProcess.start(directory);
                KafkaProducer<String, String> producer = producer(broker)) {
            assertEquals(RECORDS, send(producer, SOUND, RECORDS).offset());
            assertEquals(RECORDS + 1, read(broker, SOUND, RECORDS + 1).size());
            ExecutionException refused = assertThrows(ExecutionException.class, () -> send(producer, HARMED, RECORDS));
            assertInstanceOf(KafkaStorageException.class, refused.getCause());
        }

        try (OfflineLogs logs = OfflineLogs.change(directory)) {
            LogReport before = logs.repair(HARMED.toString(), OfflineLogs.Keep.ALL_INTACT);
            assertEquals(
                    List.of(5L),
                    before.faults().stream().map(LogFault::fromOffset).toList());
        }
        try (BrokerProcess broker = BrokerProcess.start(directory);
                KafkaProducer<String, String> producer = producer(broker)) {
            assertEquals(RECORDS, send(producer, HARMED, RECORDS).offset());
            List<Long> offsets = read(broker, HARMED, RECORDS);
            assertEquals(
                    List.of(0L, 4L, 6L, (long) RECORDS),
                    List.of(offsets.get(0), offsets.get(4), offsets.get(5), offsets.get(RECORDS - 1)));
        }
    }

    @Test
    void shouldMakeSmallFilesAnewWhenTheyAreDamaged() throws Exception {
        write();
        for (String file : List.of("leader-epoch-checkpoint", "partition.metadata", "log.checkpoint")) {
            Files.write(folder(HARMED).resolve(file), new byte[] {'0', '\n', '7'});
        }
        Files.write(folder(HARMED).resolve("00000000000000000010.snapshot"), new byte[] {1, 2, 3});
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(folder(SOUND), "metadata.cq4t")) {
            for (Path mark : marks) {
                Files.write(mark, new byte[100]);
            }
        }
        try (BrokerProcess broker = BrokerProcess.start(directory);
                KafkaProducer<String, String> producer = producer(broker)) {
            assertEquals(RECORDS, send(producer, HARMED, RECORDS).offset());
            assertEquals(RECORDS, send(producer, SOUND, RECORDS).offset());
            assertEquals(RECORDS + 1, read(broker, HARMED, RECORDS + 1).size());
        }
    }
}
