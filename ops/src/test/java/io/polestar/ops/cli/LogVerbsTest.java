package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code polestar log}, on a data directory of two logs. */
@Timeout(60)
class LogVerbsTest {
    private static final LogSettings SETTINGS = new LogSettings(1 << 30, Long.MAX_VALUE, 1 << 20);
    private static final String SECRET = "nobody shall read this in a listing";

    @TempDir
    private Path data;

    @BeforeEach
    void write() {
        try (ChronicleLogStore store = new ChronicleLogStore(data)) {
            for (int partition = 0; partition < 2; partition++) {
                PartitionLog log = store.open(new TopicPartition("orders", partition), new Uuid(1, 2), SETTINGS);
                for (int i = 0; i < 10; i++) {
                    log.append(batch(i));
                }
            }
        }
    }

    private static ByteBuffer batch(long offset) {
        return MemoryRecords.withIdempotentRecords(
                        (byte) 2,
                        offset,
                        Compression.lz4().build(),
                        77,
                        (short) 3,
                        (int) offset,
                        4,
                        new SimpleRecord(1000 + offset, SECRET.repeat(3).getBytes(StandardCharsets.UTF_8)))
                .buffer();
    }

    private InProcess log(String verb, String... more) {
        String[] words = new String[3 + more.length];
        words[0] = "log";
        words[1] = verb;
        words[2] = data.toString();
        System.arraycopy(more, 0, words, 3, more.length);
        return InProcess.run(words);
    }

    private void damage(int batch) throws IOException {
        JsonNode row = new ObjectMapper()
                .readTree(log("dump", "--partition", "orders-1", "--json")
                        .ok()
                        .out()
                        .lines()
                        .toList()
                        .get(batch));
        Path segment = data.resolve("orders-1").resolve(row.get("segment").asText());
        long position = row.get("position").asLong() + 90;
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            channel.write(one.put(0, (byte) (one.get(0) ^ 1)).flip(), position);
        }
    }

    @Test
    void shouldShowOneLineForEachPartitionWhenAllIsWell() {
        InProcess result = log("verify").ok();
        assertEquals(3, result.out().lines().count(), result.out());
        assertTrue(result.out().lines().skip(1).allMatch(line -> line.endsWith("ok")), result.out());
    }

    @Test
    void shouldNameTheFaultAndFailWhenABatchIsDamaged() throws IOException {
        damage(4);
        InProcess result = log("verify");
        assertEquals(1, result.exitCode());
        String fault = result.out().lines().reduce((first, last) -> last).orElseThrow();
        assertTrue(fault.contains("offsets 4 to 4: a batch is damaged") && fault.contains(".cq4 at position"), fault);
        JsonNode json = new ObjectMapper()
                .readTree(log("verify", "--json", "--partition", "orders-1").out());
        assertTrue(json.get("damaged").asBoolean());
        assertEquals(4, json.get("faults").get(0).get("fromOffset").asInt());
    }

    @Test
    void shouldListBatchesWithoutTheirContent() throws IOException {
        damage(4);
        InProcess result = log("dump", "--partition", "orders-1", "--json");
        assertEquals(1, result.exitCode());
        JsonNode row =
                new ObjectMapper().readTree(result.out().lines().findFirst().orElseThrow());
        assertEquals(77, row.get("producerId").asInt());
        assertEquals(3, row.get("producerEpoch").asInt());
        assertEquals(0, row.get("baseSequence").asInt());
        assertEquals(4, row.get("leaderEpoch").asInt());
        assertEquals(1, row.get("records").asInt());
        assertEquals("lz4", row.get("codec").asText());
        assertEquals(1000, row.get("baseTimestampMs").asLong());
        assertTrue(row.get("crcOk").asBoolean());
        JsonNode bad = new ObjectMapper().readTree(result.out().lines().toList().get(4));
        assertFalse(bad.get("crcOk").asBoolean());
        assertEquals(4, bad.get("baseOffset").asInt());
        InProcess text = log("dump", "--partition", "orders-1");
        assertEquals(12, text.out().lines().count(), text.out());
        assertFalse((text.out() + result.out()).contains(SECRET));
    }

    @Test
    void shouldSayWhatIsLostWhenRepairing() throws IOException {
        damage(4);
        InProcess refused = log("repair", "--partition", "orders-1");
        assertEquals(2, refused.exitCode(), refused.err());
        InProcess skipped = log("repair", "--partition", "orders-1", "--skip").ok();
        assertEquals("orders-1 is repaired; lost: offsets 4 to 4", skipped.out().strip());
        log("verify").ok();
        InProcess again = log("repair", "--partition", "orders-1", "--cut").ok();
        assertTrue(again.out().contains("nothing was changed"), again.out());
    }

    @Test
    void shouldRefuseWhileABrokerRuns() {
        try (ChronicleLogStore store = new ChronicleLogStore(data)) {
            InProcess result = log("verify");
            assertEquals(2, result.exitCode());
            assertTrue(result.err().contains("in use by another broker; stop it first"), result.err());
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsNone() {
        data = data.resolve("none");
        assertEquals(2, log("verify").exitCode());
    }
}
