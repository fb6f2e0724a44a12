package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processors read, process and write in transactions, abort some of them and die at times, while the broker is killed with -9
 * at random moments and started again. A read_committed reader sees every record once and in order, all the time.
 * {@code -Dtransactions.rounds=N} and {@code -Dtransactions.seed=N} make it longer or other.
 */
@Timeout(900)
class ExactlyOnceIT {
    private static final int ROUNDS = Integer.getInteger("transactions.rounds", 20);
    private static final long SEED = Long.getLong("transactions.seed", 20261124);
    private static final int RECORDS_PER_ROUND = 400;
    private static final int RECORDS = ROUNDS * RECORDS_PER_ROUND;
    private static final int PARTITIONS = 3;
    private static final int PROCESSORS = 2;
    private static final String[] SETTINGS = {
        "offsets.topic.num.partitions=5", "transaction.state.log.num.partitions=5", "group.min.session.timeout.ms=1000"
    };

    @TempDir
    Path directory;

    @Test
    void shouldShowEveryRecordOnceWhateverIsKilledAndAborted() throws Exception {
        System.err.println("transactions.seed=" + SEED + " transactions.rounds=" + ROUNDS);
        Random random = new Random(SEED);
        BrokerProcess broker = BrokerProcess.start(directory, 0, SETTINGS);
        int port = broker.port();
        createTopics(broker.bootstrapServers());
        long sum = fill(broker.bootstrapServers(), random);
        ReadProcessWrite[] processors = new ReadProcessWrite[PROCESSORS];
        for (int i = 0; i < PROCESSORS; i++) {
            processors[i] = ReadProcessWrite.start("t" + i, broker.bootstrapServers(), "in", "out", random.nextLong());
        }
        CommittedReader reader = CommittedReader.start(broker.bootstrapServers(), "out", PARTITIONS);
        for (int round = 0; round < ROUNDS; round++) {
            awaitSeen(reader, Math.min(RECORDS, reader.seen() + 1 + random.nextInt(RECORDS_PER_ROUND)));
            broker.kill();
            broker = BrokerProcess.start(directory, port, SETTINGS);
        }
        awaitSeen(reader, RECORDS);
        int aborts = 0;
        for (ReadProcessWrite processor : processors) {
            processor.finish();
            aborts += processor.aborts();
        }
        assertEquals(RECORDS, reader.seen());
        assertEquals(sum, reader.sum());
        assertTrue(aborts > 0, "some transactions were aborted");
        reader.finish();

        broker.kill();
        broker = BrokerProcess.start(directory, port, SETTINGS);
        CommittedReader again = CommittedReader.start(broker.bootstrapServers(), "out", PARTITIONS);
        awaitSeen(again, RECORDS);
        assertEquals(sum, again.sum());
        again.finish();
        broker.kill();
    }

    private static void awaitSeen(CommittedReader reader, long count) {
        Awaitility.await().atMost(120, TimeUnit.SECONDS).until(() -> reader.seen() >= count);
    }

    private static void createTopics(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(
                            new NewTopic("in", PARTITIONS, (short) 1), new NewTopic("out", PARTITIONS, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static long fill(String bootstrapServers, Random random) {
        long sum = 0;
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                int value = random.nextInt(1_000_000);
                sum += value;
                producer.send(new ProducerRecord<>("in", random.nextInt(PARTITIONS), "k" + i, Integer.toString(value)));
            }
            producer.flush();
        }
        return sum;
    }
}
