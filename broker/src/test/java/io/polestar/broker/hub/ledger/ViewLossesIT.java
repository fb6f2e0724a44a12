package io.polestar.broker.hub.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What leaves a view's source before a group of the view has read it. */
@Timeout(120)
class ViewLossesIT {
    private static final TopicPartition VIEW = new TopicPartition("all.rain", 0);

    @TempDir
    private Path data;

    private LedgerFixture ledger;
    private long expectedEnd;
    private TopicPartition london;
    private TopicPartition paris;

    @BeforeEach
    void start() throws Exception {
        ledger = new LedgerFixture(data);
        london = ledger.create("rain.london", Map.of());
        paris = ledger.create("rain.paris", Map.of());
        try (Admin admin = ledger.broker().admin()) {
            createView(admin);
        }
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    private static void createView(Admin admin) throws Exception {
        Map<String, String> configs = Map.of("polestar.view.pattern", "rain.*", "retention.ms", "-1");
        admin.createTopics(List.of(new NewTopic(VIEW.topic(), 1, (short) 1).configs(configs)))
                .all()
                .get();
    }

    /** Into both sources, turn by turn; each of the view's offsets is known then. */
    private void produce(int turns) throws Exception {
        for (int i = 0; i < turns; i++) {
            ledger.produce("rain.london", 1);
            awaitViewEnd();
            ledger.produce("rain.paris", 1);
            awaitViewEnd();
        }
    }

    private void awaitViewEnd() throws Exception {
        expectedEnd++;
        try (Admin admin = ledger.broker().admin()) {
            Awaitility.await()
                    .atMost(LedgerFixture.PATIENCE)
                    .until(() -> admin.listOffsets(Map.of(VIEW, OffsetSpec.latest()))
                                    .partitionResult(VIEW)
                                    .get()
                                    .offset()
                            == expectedEnd);
        }
    }

    private void deleteBefore(TopicPartition partition, long offset) throws Exception {
        try (Admin admin = ledger.broker().admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldNameWhatLeftASourceBeforeAGroupReadItThroughTheView() throws Exception {
        produce(5); // london has the even offsets of the view, paris the odd ones
        ledger.readAndLeave("slow", VIEW, 3);
        ledger.readAndLeave("done", VIEW, 10);
        deleteBefore(london, 3);
        ledger.awaitEntries("lost records-deleted slow all.rain-0 4-5");
        deleteBefore(london, 5);
        ledger.awaitEntries("lost records-deleted slow all.rain-0 4-9");
        deleteBefore(paris, 3);
        ledger.awaitEntries("lost records-deleted slow all.rain-0 4-9", "lost records-deleted slow all.rain-0 3-6");
        JsonNode entry = ledger.audit("?group=slow").get("entries").get(0);
        assertEquals(3, entry.get("records").asLong());
        assertEquals(
                "{\"topic\":\"rain.london\",\"partition\":0,\"fromOffset\":0,\"toOffset\":5}",
                entry.get("source").toString());

        ledger.restart();
        try (KafkaConsumer<String, String> consumer = ledger.subscribed("slow", VIEW.topic(), Map.of())) {
            LedgerFixture.read(consumer, VIEW, 1);
            consumer.commitSync();
        }
        ledger.awaitEntries("lost records-deleted slow all.rain-0 4-9", "lost records-deleted slow all.rain-0 3-6");
    }

    @Test
    void shouldNameWhatExpiredByTimeInASourceAndWhatItsDeletionTook() throws Exception {
        ledger.produce("rain.london", "first");
        ledger.readAndLeave("slow", VIEW, 1);
        ledger.produce("rain.london", LedgerFixture.HALF_A_SEGMENT, LedgerFixture.HALF_A_SEGMENT);
        ledger.produce("rain.london", LedgerFixture.HALF_A_SEGMENT, LedgerFixture.HALF_A_SEGMENT);
        expectedEnd = 4;
        awaitViewEnd();
        ledger.produce("rain.paris", 2);
        expectedEnd++;
        awaitViewEnd();
        ledger.configure("rain.london", "retention.ms", "3600000");
        ledger.awaitEntries("lost expired-by-time slow all.rain-0 1-5");
        try (Admin admin = ledger.broker().admin()) {
            admin.deleteTopics(List.of("rain.paris")).all().get();
        }
        ledger.awaitEntries("lost expired-by-time slow all.rain-0 1-5", "lost topic-deleted slow all.rain-0 5-7");
    }
}
