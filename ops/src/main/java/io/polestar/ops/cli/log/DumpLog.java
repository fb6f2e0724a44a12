package io.polestar.ops.cli.log;

import io.polestar.ops.cli.Json;
import io.polestar.storage.chronicle.OfflineLogs;
import io.polestar.storage.chronicle.StoredBatch;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code log dump}: the batches as they lie in the segments. Never the records' contents. */
@Command(
        name = "dump",
        description = "Lists the batches of logs as they lie in their segments; changes nothing.",
        mixinStandardHelpOptions = true)
final class DumpLog extends OfflineVerb {
    private static final String FORMAT = "%-22s %10s %12s %12s %7s %9s %13s %13s %10s %5s %9s %5s %-7s %-4s %s%n";

    @Option(names = "--partition", paramLabel = "TOPIC-N", description = "only this one; may be given several times")
    private List<String> partitions = List.of();

    @Override
    public Integer call() throws IOException {
        return on(OfflineLogs::read);
    }

    @Override
    int run(OfflineLogs logs) throws IOException {
        boolean damaged = false;
        for (String partition : partitions.isEmpty() ? logs.partitions() : partitions) {
            if (!json()) {
                out().println(partition);
                head();
            }
            damaged |= logs.verify(partition, batch -> print(partition, batch)).isDamaged();
        }
        return damaged ? DAMAGED : OK;
    }

    private void head() {
        out().printf(
                        FORMAT,
                        "SEGMENT",
                        "POSITION",
                        "BASE-OFFSET",
                        "LAST-OFFSET",
                        "RECORDS",
                        "BYTES",
                        "BASE-TIME-MS",
                        "MAX-TIME-MS",
                        "PRODUCER",
                        "EPOCH",
                        "SEQUENCE",
                        "LEADER-EPOCH".substring(0, 6),
                        "CODEC",
                        "CRC",
                        "KIND");
    }

    private void print(String partition, StoredBatch stored) {
        RecordBatch batch = stored.batch() == null
                ? null
                : MemoryRecords.readableRecords(stored.batch()).batchIterator().next();
        if (json()) {
            out().println(json(partition, stored, batch).line());
        } else if (batch == null) {
            out().printf("%-22s %10d  damaged%n", stored.file().getFileName(), stored.position());
        } else {
            line(stored, batch);
        }
    }

    private void line(StoredBatch stored, RecordBatch batch) {
        out().printf(
                        FORMAT,
                        stored.file().getFileName(),
                        stored.position(),
                        batch.baseOffset(),
                        batch.lastOffset(),
                        count(batch),
                        batch.sizeInBytes(),
                        batch.hasProducerId() || count(batch) > 0 ? baseTimestamp(stored) : -1,
                        batch.maxTimestamp(),
                        batch.producerId(),
                        batch.producerEpoch(),
                        batch.baseSequence(),
                        batch.partitionLeaderEpoch(),
                        codec(batch),
                        stored.intact() ? "ok" : "bad",
                        kind(batch));
    }

    private static int count(RecordBatch batch) {
        Integer count = batch.countOrNull();
        return count == null ? 0 : count;
    }

    /** Kafka's class keeps it to itself. */
    private static long baseTimestamp(StoredBatch stored) {
        return stored.batch().getLong(27);
    }

    private static String codec(RecordBatch batch) {
        return batch.compressionType().name().toLowerCase(Locale.ROOT);
    }

    private static String kind(RecordBatch batch) {
        if (batch.isControlBatch()) {
            return "control";
        }
        return batch.isTransactional() ? "transactional" : "data";
    }

    private static Json json(String partition, StoredBatch stored, RecordBatch batch) {
        Json json = Json.object()
                .with("partition", partition)
                .with("segment", stored.file().getFileName().toString())
                .with("position", stored.position())
                .with("crcOk", stored.intact());
        if (batch == null) {
            return json;
        }
        return json.with("baseOffset", batch.baseOffset())
                .with("lastOffset", batch.lastOffset())
                .with("records", count(batch))
                .with("bytes", batch.sizeInBytes())
                .with("baseTimestampMs", baseTimestamp(stored))
                .with("maxTimestampMs", batch.maxTimestamp())
                .with("producerId", batch.producerId())
                .with("producerEpoch", batch.producerEpoch())
                .with("baseSequence", batch.baseSequence())
                .with("leaderEpoch", batch.partitionLeaderEpoch())
                .with("codec", codec(batch))
                .with("kind", kind(batch));
    }
}
