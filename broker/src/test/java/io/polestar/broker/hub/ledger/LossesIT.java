package io.polestar.broker.hub.ledger;

import static io.polestar.broker.hub.ledger.LedgerFixture.HALF_A_SEGMENT;
import static io.polestar.broker.hub.ledger.LedgerFixture.POLL;
import static io.polestar.broker.hub.ledger.LedgerFixture.only;
import static io.polestar.broker.hub.ledger.LedgerFixture.read;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of loss, brought about with stock clients, and the entry that it makes. */
@Timeout(120)
class LossesIT {
    @TempDir
    private Path data;

    private LedgerFixture ledger;

    @BeforeEach
    void start() {
        ledger = new LedgerFixture(data);
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    private void deleteBefore(TopicPartition partition, long offset) throws Exception {
        try (Admin admin = ledger.broker().admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldNameWhatExpiredByTimeBeforeTheGroupReadIt() throws Exception {
        TopicPartition partition = ledger.create("aged", Map.of());
        ledger.produce("aged", HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT);
        ledger.readAndLeave("slow", partition, 1);
        ledger.configure("aged", "retention.ms", "3600000");
        ledger.awaitEntries("lost expired-by-time slow aged-0 1-5");
    }

    @Test
    void shouldNameWhatExpiredBySizeBeforeTheGroupReadIt() throws Exception {
        TopicPartition partition = ledger.create("big", Map.of());
        ledger.produce("big", HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT);
        ledger.readAndLeave("slow", partition, 1);
        ledger.configure("big", "retention.bytes", "100000");
        ledger.awaitEntries("lost expired-by-size slow big-0 1-4");
    }

    @Test
    void shouldNameTheRecordsThatWereDeletedBeforeTheGroupReadThem() throws Exception {
        TopicPartition partition = ledger.create("cut", Map.of());
        ledger.produce("cut", 10);
        ledger.readAndLeave("slow", partition, 2);
        deleteBefore(partition, 6);
        deleteBefore(partition, 8);
        ledger.awaitEntries("lost records-deleted slow cut-0 2-8");
    }

    @Test
    void shouldNameTheRecordsOfATopicThatWasDeletedBeforeTheGroupReadThem() throws Exception {
        TopicPartition partition = ledger.create("gone", Map.of());
        ledger.produce("gone", 10);
        ledger.readAndLeave("slow", partition, 4);
        ledger.readAndLeave("done", partition, 10);
        try (Admin admin = ledger.broker().admin()) {
            admin.deleteTopics(List.of("gone")).all().get();
        }
        ledger.awaitEntries("lost topic-deleted slow gone-0 4-10");
    }

    @Test
    void shouldNameWhatACommitJumpedOverAndTakeItBackWhenItIsRead() throws Exception {
        TopicPartition partition = ledger.create("jumped", Map.of());
        ledger.produce("jumped", 10);
        try (KafkaConsumer<String, String> consumer =
                ledger.subscribed("hasty", "jumped", Map.of("max.partition.fetch.bytes", 1, "max.poll.records", 1))) {
            consumer.seek(partition, 0);
            read(consumer, partition, 2);
            consumer.commitSync();
            consumer.seek(partition, 7);
            read(consumer, partition, 2);
            consumer.commitSync();
            ledger.awaitEntries("lost commit-jump hasty jumped-0 2-7");

            consumer.seek(partition, 2);
            read(consumer, partition, 5);
            ledger.awaitEntries("read-later commit-jump hasty jumped-0 2-7");
        }
    }

    @Test
    void shouldNameWhatAnOffsetResetOfTheClientSkipped() throws Exception {
        TopicPartition partition = ledger.create("reset", Map.of());
        ledger.produce("reset", 4);
        Map<String, Object> latest = Map.of("auto.offset.reset", "latest");
        try (KafkaConsumer<String, String> consumer = ledger.subscribed("late", "reset", latest)) {
            consumer.seek(partition, 0);
            read(consumer, partition, 4);
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(4)));
        }
        ledger.produce("reset", 6);
        deleteBefore(partition, 7);
        try (KafkaConsumer<String, String> consumer = ledger.subscribed("late", "reset", latest)) {
            await().atMost(LedgerFixture.PATIENCE).until(() -> {
                consumer.poll(POLL);
                return consumer.position(partition) == 10;
            });
            ledger.produce("reset", 1);
            read(consumer, partition, 1);
            consumer.commitSync();
        }
        ledger.awaitEntries("lost records-deleted late reset-0 4-7", "lost offset-reset late reset-0 7-10");
    }

    @Test
    void shouldNameWhatAnAdministratorSkippedAndWhoThatWas() throws Exception {
        TopicPartition partition = ledger.create("moved", Map.of());
        ledger.produce("moved", 10);
        ledger.readAndLeave("moved-group", partition, 2);
        try (Admin admin = ledger.broker().admin()) {
            admin.alterConsumerGroupOffsets("moved-group", Map.of(partition, new OffsetAndMetadata(9)))
                    .all()
                    .get();
        }
        ledger.awaitEntries("lost group-reset moved-group moved-0 2-9");
        String by = ledger.audit("").get("entries").get(0).get("by").asText();
        assertTrue(by.matches("adminclient-\\d+ \\(User:ANONYMOUS at 127.0.0.1\\)"), by);
    }

    @Test
    void shouldNameTheClientWhoseRecordsWereRefusedAndTheError() throws Exception {
        ledger.create("small", Map.of("max.message.bytes", "1000"));
        Map<String, Object> configs = Map.of("client.id", "loud");
        try (KafkaProducer<String, String> producer = ledger.broker().producer(configs)) {
            for (int i = 0; i < 2; i++) {
                Future<?> sent = producer.send(new ProducerRecord<>("small", 0, "k", "v".repeat(2000)));
                ExecutionException refused = assertThrows(ExecutionException.class, sent::get);
                assertInstanceOf(RecordTooLargeException.class, refused.getCause());
            }
            producer.send(new ProducerRecord<>("small", 0, "k", "v")).get();
        }
        ledger.awaitEntries("refused refused - small-0 MESSAGE_TOO_LARGE x2");
        assertEquals("loud", ledger.audit("").get("entries").get(0).get("by").asText());
        assertTrue(ledger.audit("").get("nothingLost").asBoolean());
    }

    @Test
    void shouldNameTheSendsThatAClientSaysFailed() throws Exception {
        ledger.create("pushed", Map.of("max.message.bytes", "1000"));
        ledger.configure(
                new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "producers"),
                Map.of("metrics", "org.apache.kafka.producer.", "interval.ms", "500"));
        try (KafkaProducer<String, String> producer = ledger.broker().producer(Map.of("client.id", "pusher"))) {
            producer.clientInstanceId(LedgerFixture.PATIENCE);
            Future<?> sent = producer.send(new ProducerRecord<>("pushed", 0, "k", "v".repeat(2000)));
            assertThrows(ExecutionException.class, sent::get);
            ledger.awaitEntries(
                    "refused refused - pushed-0 MESSAGE_TOO_LARGE x1", "reported failed-sends - pushed--1  x1");
        }
    }

    @Test
    void shouldNameWhatCompactionRemovedBeforeTheGroupReadIt() throws Exception {
        TopicPartition partition = ledger.create(
                "keyed",
                Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01", "segment.bytes", "1048576"));
        ledger.produce("keyed", "1", "2");
        ledger.readAndLeave("slow", partition, 1);
        ledger.produce("keyed", HALF_A_SEGMENT, HALF_A_SEGMENT, HALF_A_SEGMENT);
        ledger.awaitEntries("superseded compacted-away slow keyed-0 1-3");
        assertTrue(ledger.audit("").get("nothingLost").asBoolean());
    }

    @Test
    void shouldSayThatRecordsWereHandedOutButNotDoneWithWhenTheyAreAskedForAgainAndAreGone() throws Exception {
        TopicPartition partition = ledger.create("crashed", Map.of());
        ledger.produce("crashed", 10);
        ledger.readAndLeave("workers", partition, 2);
        try (KafkaConsumer<String, String> consumer = ledger.subscribed("workers", "crashed", Map.of())) {
            await().atMost(LedgerFixture.PATIENCE)
                    .until(() -> consumer.poll(POLL).count() > 0);
        } // all was handed out, nothing committed
        deleteBefore(partition, 6);
        assertEquals(List.of(), ledger.entries());
        try (KafkaConsumer<String, String> consumer = ledger.subscribed("workers", "crashed", Map.of())) {
            ConsumerRecords<String, String>[] polled = newArray();
            await().atMost(LedgerFixture.PATIENCE).until(() -> !(polled[0] = consumer.poll(POLL)).isEmpty());
            assertEquals(6, polled[0].iterator().next().offset());
        }
        ledger.awaitEntries("lost records-deleted workers crashed-0 2-6");
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ConsumerRecords<String, String>[] newArray() {
        return new ConsumerRecords[1];
    }

    @Test
    void shouldHaveNoEntryForMarkersAndAbortedRecordsThatAreRemovedUnread() throws Exception {
        TopicPartition partition = ledger.create("marked", Map.of());
        Map<String, Object> committed = Map.of("isolation.level", "read_committed");
        try (KafkaProducer<String, String> producer = ledger.broker().producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("marked", 0, "k", "v"));
            producer.commitTransaction();
            try (KafkaConsumer<String, String> consumer = ledger.subscribed("readers", "marked", committed)) {
                consumer.seek(partition, 0);
                read(consumer, partition, 1);
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(1)));
            }
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("marked", 0, "k", "v")).get();
            producer.abortTransaction();
        }
        deleteBefore(partition, 4);
        try (KafkaConsumer<String, String> consumer = ledger.subscribed("readers", "marked", committed)) {
            ledger.produce("marked", 1);
            await().atMost(LedgerFixture.PATIENCE)
                    .until(() -> consumer.poll(POLL).count() > 0);
            consumer.commitSync();
            assertEquals(5, consumer.position(partition));
        }
        ledger.produce("marked", 1);
        ledger.readAndLeave("last", partition, 1);
        deleteBefore(partition, 6);
        ledger.awaitEntries("lost records-deleted readers marked-0 5-6", "lost records-deleted last marked-0 5-6");
    }

    @Test
    void shouldAnswerForOneTopicOrGroupAndKeepItsEntriesOverARestart() throws Exception {
        TopicPartition partition = ledger.create("kept", Map.of());
        TopicPartition other = ledger.create("other", Map.of());
        ledger.produce("kept", 10);
        ledger.produce("other", 10);
        ledger.readAndLeave("first", partition, 2);
        ledger.readAndLeave("second", other, 2);
        deleteBefore(partition, 5);
        deleteBefore(other, 5);
        ledger.awaitEntries("lost records-deleted first kept-0 2-5", "lost records-deleted second other-0 2-5");
        ledger.restart();
        deleteBefore(partition, 6);
        ledger.awaitEntries("lost records-deleted first kept-0 2-6", "lost records-deleted second other-0 2-5");
        JsonNode answer = ledger.audit("?topic=kept&group=first");
        assertFalse(answer.get("nothingLost").asBoolean());
        assertEquals(1, answer.get("entries").size());
        assertEquals(2, answer.get("groups").get(0).get("committedOffset").asLong());
        assertEquals(10, answer.get("partitions").get(0).get("endOffset").asLong());
        assertTrue(ledger.audit("?topic=kept&group=second").get("nothingLost").asBoolean());
        assertTrue(ledger.audit("?since=" + Long.MAX_VALUE).get("nothingLost").asBoolean());
    }

    @Test
    void shouldLetAnyClientReadItsEntries() throws Exception {
        TopicPartition partition = ledger.create("read", Map.of());
        ledger.produce("read", 10);
        ledger.readAndLeave("slow", partition, 2);
        deleteBefore(partition, 5);
        ledger.awaitEntries("lost records-deleted slow read-0 2-5");
        TopicPartition topic = new TopicPartition(LedgerLog.TOPIC, 0);
        try (KafkaConsumer<String, String> consumer = ledger.broker().consumer(Map.of())) {
            await().atMost(LedgerFixture.PATIENCE)
                    .until(() -> consumer.listTopics().containsKey(LedgerLog.TOPIC));
            consumer.assign(only(topic));
            consumer.seekToBeginning(only(topic));
            ConsumerRecords<String, String>[] polled = newArray();
            await().atMost(LedgerFixture.PATIENCE).until(() -> !(polled[0] = consumer.poll(POLL)).isEmpty());
            assertTrue(polled[0].iterator().next().value().contains("\"fromOffset\":2,\"toOffset\":5"));
        }
        try (Admin admin = ledger.broker().admin()) {
            assertFalse(admin.listTopics().names().get().contains(LedgerLog.TOPIC));
        }
    }
}
