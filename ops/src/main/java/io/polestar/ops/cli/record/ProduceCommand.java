package io.polestar.ops.cli.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code produce}: one record from the argument, or one from every line of stdin. */
@Command(
        name = "produce",
        description = "Writes records: the VALUE, or every line of stdin. Prints where each was stored.",
        mixinStandardHelpOptions = true)
public final class ProduceCommand extends ClientVerb {
    @Parameters(index = "0", paramLabel = "TOPIC")
    private String topic;

    @Parameters(index = "1", paramLabel = "VALUE", arity = "0..1", description = "without it, stdin is read")
    private String value;

    @Option(names = "--key", description = "the key of every record")
    private String key;

    @Option(names = "--key-separator", paramLabel = "TEXT", description = "what stands between key and value in a line")
    private String keySeparator;

    @Option(names = "--header", paramLabel = "NAME=VALUE", description = "a header of every record; may be repeated")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(names = "--partition", description = "the partition of every record")
    private Integer partition;

    @Option(
            names = "--compression",
            defaultValue = "none",
            description = "none, gzip, snappy, lz4 or zstd (default: ${DEFAULT-VALUE})")
    private String compression;

    @Option(names = "--acks", defaultValue = "all", description = "all, 1 or 0 (default: ${DEFAULT-VALUE})")
    private String acks;

    /** Set by the producer's thread, read by ours. */
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    @Override
    protected void run() throws IOException {
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(properties())) {
            if (value == null) {
                sendLines(producer);
            } else {
                send(producer, key, value);
            }
            producer.flush();
        }
        throwFailure();
    }

    private Map<String, Object> properties() {
        int timeoutMs = Math.toIntExact(options().timeout().toMillis());
        Map<String, Object> properties = options().properties();
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        properties.put(ProducerConfig.ACKS_CONFIG, acks);
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, acks.equals("all") || acks.equals("-1"));
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMs);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeoutMs);
        return properties;
    }

    private void sendLines(Producer<byte[], byte[]> producer) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            throwFailure();
            sendLine(producer, line, ++number);
        }
    }

    private void sendLine(Producer<byte[], byte[]> producer, String line, long number) {
        if (keySeparator == null) {
            send(producer, key, line);
            return;
        }
        int at = line.indexOf(keySeparator);
        if (at < 0) {
            throw CliException.failed("line " + number + " has no key separator '" + keySeparator + "'");
        }
        send(producer, line.substring(0, at), line.substring(at + keySeparator.length()));
    }

    private void send(Producer<byte[], byte[]> producer, String recordKey, String recordValue) {
        ProducerRecord<byte[], byte[]> producerRecord = new ProducerRecord<>(
                topic, partition, recordKey == null ? null : recordKey.getBytes(UTF_8), recordValue.getBytes(UTF_8));
        headers.forEach((name, text) -> producerRecord.headers().add(name, text.getBytes(UTF_8)));
        producer.send(producerRecord, this::stored);
    }

    /** On the producer's thread. */
    private void stored(RecordMetadata where, Exception problem) {
        if (problem != null) {
            failure.compareAndSet(null, problem);
        } else if (options().json()) {
            out().println(Json.object()
                    .with("topic", where.topic())
                    .with("partition", where.partition())
                    .with("offset", where.hasOffset() ? where.offset() : null)
                    .with("timestamp", where.hasTimestamp() ? where.timestamp() : null)
                    .line());
        } else {
            out().println(where);
        }
    }

    private void throwFailure() {
        if (failure.get() != null) {
            throw options().failure(failure.get(), "topic " + topic);
        }
    }
}
