package io.polestar.ops.cli.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.broker.hub.ledger.Ledger;
import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the broker's ledger as what it is, a compacted topic: so that it needs the broker's Kafka port only. */
final class LedgerTopic {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TopicPartition PARTITION = new TopicPartition(Ledger.TOPIC, 0);

    private LedgerTopic() {}

    /** The entries, in the order of their first writing; none where nothing was ever written. */
    static Collection<JsonNode> entries(ClientOptions options, Admin admin) {
        return exists(options, admin) ? read(options) : List.of();
    }

    private static boolean exists(ClientOptions options, Admin admin) {
        try {
            admin.describeTopics(List.of(Ledger.TOPIC)).allTopicNames().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw options.failure(e.getCause(), "ledger");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliException.failed("ledger: interrupted", e);
        }
    }

    private static Collection<JsonNode> read(ClientOptions options) {
        Map<String, Object> properties = options.properties();
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        StringDeserializer text = new StringDeserializer();
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        try (Consumer<String, String> consumer = new KafkaConsumer<>(properties, text, text)) {
            Set<TopicPartition> all = Set.of(PARTITION);
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long end = consumer.endOffsets(all).get(PARTITION);
            long deadlineNs = System.nanoTime() + options.timeout().toNanos();
            while (consumer.position(PARTITION) < end && System.nanoTime() < deadlineNs) {
                consumer.poll(POLL).forEach(record -> apply(record, entries));
            }
        }
        return entries.values();
    }

    private static void apply(ConsumerRecord<String, String> record, Map<String, JsonNode> entries) {
        if (record.value() == null) {
            entries.remove(record.key());
            return;
        }
        try {
            entries.put(record.key(), JSON.readTree(record.value()));
        } catch (JsonProcessingException e) {
            throw CliException.failed("ledger: the record at offset " + record.offset() + " is no entry", e);
        }
    }
}
