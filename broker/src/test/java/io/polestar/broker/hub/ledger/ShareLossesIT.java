package io.polestar.broker.hub.ledger;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What share groups never got done with, and the entry that it makes. */
@Timeout(120)
class ShareLossesIT {
    private static final String GROUP = "gauges";

    private static final int ACCEPT = AcknowledgeType.ACCEPT.id;
    private static final int RELEASE = AcknowledgeType.RELEASE.id;
    private static final int REJECT = AcknowledgeType.REJECT.id;

    @TempDir
    private Path data;

    private LedgerFixture ledger;
    private TopicPartition partition;

    @BeforeEach
    void start() throws Exception {
        ledger = new LedgerFixture(data);
        partition = ledger.create("rain", Map.of());
        configureGroup(Map.of("share.auto.offset.reset", "earliest"));
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    private void configureGroup(Map<String, String> values) throws Exception {
        ledger.configure(new ConfigResource(ConfigResource.Type.GROUP, GROUP), values);
    }

    private KafkaShareConsumer<String, String> consumer() {
        Map<String, Object> configs = Map.of(
                "bootstrap.servers",
                ledger.broker().bootstrapServers(),
                "group.id",
                GROUP,
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                1);
        KafkaShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(configs, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(partition.topic()));
        return consumer;
    }

    /** Does with so many deliveries what the function says, and leaves. */
    private void take(int deliveries, ToIntFunction<ConsumerRecord<String, String>> decide) {
        List<Long> offsets = new ArrayList<>();
        try (KafkaShareConsumer<String, String> consumer = consumer()) {
            await().atMost(LedgerFixture.PATIENCE).until(() -> {
                for (ConsumerRecord<String, String> record : consumer.poll(LedgerFixture.POLL)) {
                    int decision = offsets.size() < deliveries ? decide.applyAsInt(record) : RELEASE;
                    consumer.acknowledge(record, AcknowledgeType.forId((byte) decision));
                    offsets.add(record.offset());
                }
                consumer.commitSync();
                return offsets.size() >= deliveries;
            });
        }
    }

    private void deleteBefore(long offset) throws Exception {
        try (Admin admin = ledger.broker().admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldNameWhatWasRemovedBeforeTheGroupWasGivenIt() throws Exception {
        ledger.produce("rain", 10);
        take(3, record -> ACCEPT);
        deleteBefore(7);
        ledger.awaitEntries("lost records-deleted gauges rain-0 3-7");
        take(3, record -> ACCEPT);
        deleteBefore(10);
        ledger.awaitEntries("lost records-deleted gauges rain-0 3-7");
        assertFalse(ledger.audit("?group=gauges").get("nothingLost").asBoolean());
    }

    @Test
    void shouldNameWhatCameBackAndWasRemovedThenButNotWhatWasAcceptedBehindIt() throws Exception {
        ledger.produce("rain", 6);
        take(1, record -> ACCEPT);
        try (KafkaShareConsumer<String, String> holding = consumer()) {
            await().atMost(LedgerFixture.PATIENCE)
                    .until(() -> holding.poll(LedgerFixture.POLL).count() == 1);
            take(4, record -> ACCEPT);
        }
        ledger.restart();
        deleteBefore(6);
        ledger.produce("rain", 1);
        take(1, record -> ACCEPT);
        ledger.awaitEntries("lost records-deleted gauges rain-0 1-2");
        assertTrue(ledger.audit("").get("entries").get(0).get("handedOut").asBoolean());
    }

    @Test
    void shouldNameWhatAMemberRejectedWithoutCountingItAsLost() throws Exception {
        ledger.produce("rain", 5);
        take(5, record -> record.offset() == 2 || record.offset() == 3 ? REJECT : ACCEPT);
        ledger.awaitEntries("rejected rejected gauges rain-0 2-4");
        assertTrue(ledger.audit("").get("nothingLost").asBoolean());
    }

    @Test
    void shouldNameWhatWasDeliveredAsOftenAsItMayBeAndNeverAccepted() throws Exception {
        configureGroup(Map.of("share.delivery.count.limit", "2"));
        ledger.produce("rain", 3);
        take(4, record -> record.offset() == 1 ? RELEASE : ACCEPT);
        ledger.awaitEntries("lost delivered-too-often gauges rain-0 1-2");
    }

    @Test
    void shouldNameWhatAnAdministratorSkippedAndWhoThatWas() throws Exception {
        ledger.produce("rain", 10);
        take(3, record -> ACCEPT);
        try (Admin admin = ledger.broker().admin()) {
            admin.alterShareGroupOffsets(GROUP, Map.of(partition, 8L)).all().get();
        }
        ledger.awaitEntries("lost group-reset gauges rain-0 3-8");
        String by = ledger.audit("").get("entries").get(0).get("by").asText();
        assertTrue(by.matches("adminclient-\\d+ \\(User:ANONYMOUS at 127.0.0.1\\)"), by);
        take(2, record -> ACCEPT);
        deleteBefore(10);
        ledger.awaitEntries("lost group-reset gauges rain-0 3-8");
    }

    @Test
    void shouldNameTheRecordsOfATopicThatWasDeletedBeforeTheGroupWasGivenThem() throws Exception {
        ledger.produce("rain", 5);
        take(2, record -> ACCEPT);
        try (Admin admin = ledger.broker().admin()) {
            admin.deleteTopics(List.of("rain")).all().get();
        }
        ledger.awaitEntries("lost topic-deleted gauges rain-0 2-5");
    }

    @Test
    void shouldHaveNoEntryWhenTheGroupAcceptsAllWhateverBecomesOfItThen() throws Exception {
        ledger.produce("rain", 20);
        take(20, record -> ACCEPT);
        ledger.produce("rain", 5);
        ledger.restart();
        take(5, record -> ACCEPT);
        deleteBefore(25);
        try (Admin admin = ledger.broker().admin()) {
            admin.alterShareGroupOffsets(GROUP, Map.of(partition, 25L)).all().get();
            admin.deleteShareGroups(List.of(GROUP)).all().get();
            admin.deleteTopics(List.of("rain")).all().get();
        }
        await().until(() -> ledger.audit("?group=gauges").get("groups").isEmpty());
        assertEquals(List.of(), ledger.entries());
    }
}
