package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's kafka-transactions and TransactionalMessageCopier, each run in a JVM of its own. */
@Timeout(240)
class TransactionToolsIT {
    private static final TopicPartition LEFT_OPEN = new TopicPartition("left.open", 0);

    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = new BrokerUnderTest(data);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
        admin.createTopics(List.of(
                        new NewTopic(LEFT_OPEN.topic(), 1, (short) 1),
                        new NewTopic("copy.from", 1, (short) 1),
                        new NewTopic("copy.to", 1, (short) 1)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        broker.close();
    }

    private static KafkaProducer<String, String> producer(String transactionalId) {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", transactionalId),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private static Outcome transactions(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
        all.addAll(List.of(args));
        return Program.java("org.apache.kafka.tools.TransactionsCommand", all.toArray(String[]::new))
                .run();
    }

    private static long lastStableOffset() throws Exception {
        return admin.listOffsets(
                        Map.of(LEFT_OPEN, OffsetSpec.latest()), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .partitionResult(LEFT_OPEN)
                .get()
                .offset();
    }

    @Test
    void shouldListDescribeAndAbortAnOpenTransactionAndFindWhatHangs() throws Exception {
        try (KafkaProducer<String, String> producer = producer("open")) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(LEFT_OPEN.topic(), "v")).get();
            assertEquals(0, lastStableOffset());

            String listed = transactions("list").ok().out();
            assertTrue(listed.lines().anyMatch(line -> line.startsWith("open") && line.contains("Ongoing")), listed);
            String described =
                    transactions("describe", "--transactional-id", "open").ok().out();
            assertTrue(described.contains("left.open-0"), described);
            String producers = transactions("describe-producers", "--topic", LEFT_OPEN.topic(), "--partition", "0")
                    .ok()
                    .out();
            assertEquals(2, producers.lines().count(), producers);

            String hanging = transactions("find-hanging", "--broker-id", "1", "--max-transaction-timeout", "0")
                    .ok()
                    .out();
            assertEquals(
                    1,
                    hanging.lines().count(),
                    "one header: the coordinator knows of it, so it does not hang\n" + hanging);

            transactions("abort", "--topic", LEFT_OPEN.topic(), "--partition", "0", "--start-offset", "0")
                    .ok();
            assertEquals(2, lastStableOffset());
        }
    }

    @Test
    void shouldCopyAllMessagesOnceByKafkasOwnCopier() throws Exception {
        try (KafkaProducer<String, String> producer = producer("fill")) {
            producer.beginTransaction();
            for (int i = 0; i < 500; i++) {
                producer.send(new ProducerRecord<>("copy.from", "k", "v" + i));
            }
            producer.commitTransaction();
        }
        Outcome copied = Program.java(
                        "org.apache.kafka.tools.TransactionalMessageCopier",
                        "--broker-list",
                        broker.bootstrap(),
                        "--input-topic",
                        "copy.from",
                        "--input-partition",
                        "0",
                        "--output-topic",
                        "copy.to",
                        "--transactional-id",
                        "copier",
                        "--transaction-size",
                        "50",
                        "--max-messages",
                        "500",
                        "--consumer-group",
                        "copiers",
                        "--enable-random-aborts")
                .run()
                .ok();
        assertTrue(copied.out().contains("\"consumed\":500"), copied.out());
    }
}
