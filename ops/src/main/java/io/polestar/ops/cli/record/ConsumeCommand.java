package io.polestar.ops.cli.record;

import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.StartPoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code consume}: prints records as they come, alone or as a member of a group. */
@Command(
        name = "consume",
        description = "Reads records of topics or of a topic pattern and prints them.",
        mixinStandardHelpOptions = true)
public final class ConsumeCommand extends ClientVerb {
    private static final Duration POLL = Duration.ofMillis(200);

    @Parameters(paramLabel = "TOPIC", arity = "0..*")
    private List<String> topics = List.of();

    @Option(
            names = "--pattern",
            description = "topics by levels: * is one level, a last > one or more (weather.*.london, weather.>)")
    private String pattern;

    @Option(names = "--group", description = "read as a member of this group and commit what was printed")
    private String group;

    @Option(
            names = "--group-protocol",
            defaultValue = "classic",
            description = "classic or consumer (default: ${DEFAULT-VALUE})")
    private String groupProtocol;

    @Option(
            names = "--from",
            defaultValue = "end",
            converter = StartPoint.Converter.class,
            description = StartPoint.SYNTAX
                    + "; with --group only the first two, for partitions without a commit (default: ${DEFAULT-VALUE})")
    private StartPoint from;

    @Option(names = "--max", paramLabel = "N", description = "stop after so many records")
    private long max = Long.MAX_VALUE;

    @Option(names = "--stop-at-end", description = "stop at the offsets that were the ends when it began")
    private boolean stopAtEnd;

    @Option(
            names = "--format",
            defaultValue = "%s",
            description = "a line: " + RecordFormat.SYNTAX + " (default: the value)")
    private String formatText;

    private final Map<TopicPartition, OffsetAndMetadata> printed = new HashMap<>();
    private long count;

    private Subscription subscription;

    @Override
    protected void run() {
        RecordFormat format = checkedArguments();
        subscription = pattern == null ? Subscription.toTopics(topics) : Subscription.toPattern(pattern);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties());
                WakeAtExit wake = new WakeAtExit(consumer)) {
            begin(consumer);
            read(consumer, format);
        } catch (TimeoutException e) {
            throw options().failure(e, "consume");
        }
    }

    private RecordFormat checkedArguments() {
        if (topics.isEmpty() == (pattern == null)) {
            throw CliException.refused("consume needs either topics or --pattern");
        }
        if (group != null && from.kind() != StartPoint.Kind.BEGINNING && from.kind() != StartPoint.Kind.END) {
            throw CliException.refused("with --group, --from is beginning or end; group reset moves a group elsewhere");
        }
        try {
            return new RecordFormat(formatText);
        } catch (IllegalArgumentException e) {
            throw CliException.refused("--format: " + e.getMessage(), e);
        }
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = options().properties();
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, from.kind() == StartPoint.Kind.END ? "latest" : "earliest");
        // A fetch names no group: by the client id the ledger knows who read.
        properties.put(
                ConsumerConfig.CLIENT_ID_CONFIG, group == null ? "polestar-consume" : "polestar-consume-" + group);
        if (group != null) {
            properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
            properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, groupProtocol);
        }
        return properties;
    }

    private void begin(KafkaConsumer<byte[], byte[]> consumer) {
        if (group == null) {
            subscription.assign(consumer, from);
        } else {
            subscription.subscribe(consumer);
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer, RecordFormat format) {
        Ends ends = stopAtEnd ? new Ends() : null;
        try {
            while (count < max && (ends == null || !ends.reached(consumer))) {
                for (ConsumerRecord<byte[], byte[]> consumed : consumer.poll(POLL)) {
                    if (count == max || out().checkError()) {
                        return;
                    }
                    print(consumed, format);
                }
                commit(consumer);
            }
        } catch (WakeupException e) {
            // The process is told to stop: what was printed is committed below.
        } finally {
            commit(consumer);
        }
    }

    private void print(ConsumerRecord<byte[], byte[]> consumed, RecordFormat format) {
        out().println(options().json() ? RecordFormat.json(consumed) : format.text(consumed));
        printed.put(
                new TopicPartition(consumed.topic(), consumed.partition()),
                new OffsetAndMetadata(consumed.offset() + 1));
        count++;
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        if (group != null && !printed.isEmpty()) {
            consumer.commitSync(printed);
            printed.clear();
        }
    }
}
