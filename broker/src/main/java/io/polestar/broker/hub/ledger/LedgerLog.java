package io.polestar.broker.hub.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.polestar.broker.topic.InternalTopics;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import io.polestar.storage.LogSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic in which the entries stand: compacted, one partition, JSON under the entries' ids. Created with the first entry. Used
 * by the ledger's thread, after {@link #read()}.
 */
final class LedgerLog {
    private static final Logger log = LoggerFactory.getLogger(LedgerLog.class);

    static final String TOPIC = InternalTopics.LEDGER;
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final String SEGMENT_BYTES = Integer.toString(16 << 20);
    private static final int SLICE_BYTES = 1 << 20;
    private static final long CREATION_SECONDS = 10;

    private final Partitions partitions;
    private final Function<CreatableTopic, CompletableFuture<?>> creation;

    /** @param creation creates a topic unless it is there */
    LedgerLog(Partitions partitions, Function<CreatableTopic, CompletableFuture<?>> creation) {
        this.partitions = partitions;
        this.creation = creation;
    }

    /** What was written and not replaced or removed since, in the order of the first writing. */
    Map<String, LedgerEntry> read() {
        Map<String, LedgerEntry> entries = new LinkedHashMap<>();
        partitions.find(PARTITION).ifPresent(partition -> read(partition, entries));
        return entries;
    }

    private static void read(Partition partition, Map<String, LedgerEntry> entries) {
        long offset = partition.logStartOffset();
        while (offset < partition.highWatermark()) {
            LogSlice slice = partition.read(offset, SLICE_BYTES, true, IsolationLevel.READ_UNCOMMITTED);
            try {
                if (slice.sizeInBytes() == 0) {
                    return;
                }
                slice.regions().forEach(region -> read(region.duplicate(), entries));
                offset = slice.nextOffset();
            } finally {
                slice.release();
            }
        }
    }

    private static void read(ByteBuffer region, Map<String, LedgerEntry> entries) {
        for (Record record : MemoryRecords.readableRecords(region).records()) {
            if (!record.hasKey()) {
                continue; // not ours
            }
            String id = StandardCharsets.UTF_8.decode(record.key()).toString();
            if (record.hasValue()) {
                parse(StandardCharsets.UTF_8.decode(record.value()).toString(), id, entries);
            } else {
                entries.remove(id);
            }
        }
    }

    private static void parse(String value, String id, Map<String, LedgerEntry> entries) {
        try {
            entries.put(id, LedgerJson.MAPPER.readValue(value, LedgerEntry.class));
        } catch (JsonProcessingException e) {
            log.warn("event=ledger_entry_unreadable id={}", id, e);
        }
    }

    /**
     * Writes entries; one that is there is replaced.
     *
     * @throws RuntimeException if they could not be written
     */
    void write(Collection<LedgerEntry> entries) throws IOException {
        append(entries.stream().map(LedgerLog::record).toList());
    }

    /** Removes an entry. */
    void remove(String id) throws IOException {
        append(List.of(new SimpleRecord(System.currentTimeMillis(), bytes(id), null)));
    }

    private void append(List<SimpleRecord> records) throws IOException {
        Partition partition = partitions.find(PARTITION).orElseGet(this::create);
        partition.appendFromCoordinator(
                MemoryRecords.withRecords(Compression.NONE, records.toArray(SimpleRecord[]::new)),
                partition.leaderEpoch());
    }

    private static SimpleRecord record(LedgerEntry entry) {
        try {
            return new SimpleRecord(entry.lastAtMs(), bytes(entry.id()), LedgerJson.MAPPER.writeValueAsBytes(entry));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Partition create() {
        CreatableTopicConfigCollection configs = new CreatableTopicConfigCollection();
        configs.add(config(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        configs.add(config(TopicConfig.SEGMENT_BYTES_CONFIG, SEGMENT_BYTES));
        CreatableTopic topic = new CreatableTopic()
                .setName(TOPIC)
                .setNumPartitions(1)
                .setReplicationFactor((short) 1)
                .setConfigs(configs);
        try {
            creation.apply(topic).get(CREATION_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.debug("The ledger's topic could not be created", e);
        }
        return partitions.leader(PARTITION);
    }

    private static CreatableTopicConfig config(String name, String value) {
        return new CreatableTopicConfig().setName(name).setValue(value);
    }
}
