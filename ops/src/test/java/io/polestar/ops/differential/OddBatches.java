package io.polestar.ops.differential;

import static io.polestar.ops.differential.Batches.TIME_MS;
import static io.polestar.ops.differential.Batches.record;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches of magic 2 and older that differ from a sound one in one thing. */
final class OddBatches {
    private OddBatches() {}

    static Map<String, MemoryRecords> all() {
        Map<String, MemoryRecords> odd = new LinkedHashMap<>();
        MemoryRecords three = Batches.plain(3);
        odd.put("three records", three);
        odd.put("empty batch", Batches.empty());
        odd.put("two batches", Batches.concat(three, three));
        odd.put("base offset 5", Batches.baseOffset(5, 2));
        odd.put("base offset -1", Batches.baseOffset(-1, 2));
        odd.put("control batch", Batches.control());
        odd.put("flipped byte", Batches.patched(three, three.sizeInBytes() - 1, 99, false));
        odd.put("wrong crc", Batches.patchedInt(three, 17, 12345, false));
        odd.put("truncated by 1", Batches.truncated(three, 1));
        odd.put("truncated to header", Batches.truncated(three, three.sizeInBytes() - 61));
        odd.put("truncated to 10", Batches.truncated(three, three.sizeInBytes() - 10));
        odd.put("batch then half", Batches.concat(three, Batches.truncated(three, 10)));
        odd.put("batch then 5 bytes", Batches.concat(three, Batches.truncated(three, three.sizeInBytes() - 5)));
        odd.put("length 0", Batches.patchedInt(three, 8, 0, false));
        odd.put("length -1", Batches.patchedInt(three, 8, -1, false));
        odd.put("length 48", Batches.patchedInt(three, 8, 48, false));
        odd.put("length 49", Batches.patchedInt(three, 8, 49, false));
        odd.put("length 10", Batches.patchedInt(three, 8, 10, false));
        odd.put("length huge", Batches.patchedInt(three, 8, Integer.MAX_VALUE, false));
        odd.put("magic 3", Batches.patched(three, 16, 3, false));
        odd.put("magic -1", Batches.patched(three, 16, -1, false));
        odd.put("magic 0", Batches.magic((byte) 0, CompressionType.NONE, Batches.records(2)));
        odd.put("magic 1", Batches.magic((byte) 1, CompressionType.NONE, Batches.records(2)));
        odd.put("magic 1 gzip", Batches.magic((byte) 1, CompressionType.GZIP, Batches.records(2)));
        odd.put("count 2 of 3", Batches.patchedInt(three, 57, 2, true));
        odd.put("count 4 of 3", Batches.patchedInt(three, 57, 4, true));
        odd.put("count 0 of 3", Batches.patchedInt(three, 57, 0, true));
        odd.put("count -1 of 3", Batches.patchedInt(three, 57, -1, true));
        odd.put("last offset delta 5", Batches.patchedInt(three, 23, 5, true));
        odd.put("last offset delta -1", Batches.patchedInt(three, 23, -1, true));
        odd.put(
                "last offset delta 5, count 6",
                Batches.patchedInt(Batches.patchedInt(three, 23, 5, true), 57, 6, true));
        odd.put("max timestamp lower", Batches.patchedLong(three, 35, TIME_MS - 100));
        odd.put("max timestamp higher", Batches.patchedLong(three, 35, TIME_MS + 100));
        odd.put("max timestamp -1", Batches.patchedLong(three, 35, -1));
        odd.put("codec 7", Batches.patched(three, 22, 7, true));
        odd.put("codec 5", Batches.patched(three, 22, 5, true));
        odd.put("codec gzip on plain", Batches.patched(three, 22, 1, true));
        odd.put("codec lz4 on plain", Batches.patched(three, 22, 3, true));
        odd.put("codec snappy on plain", Batches.patched(three, 22, 2, true));
        odd.put("codec zstd on plain", Batches.patched(three, 22, 4, true));
        odd.put("log append time from client", Batches.patched(three, 22, 8, true));
        odd.put("delete horizon from client", Batches.patched(three, 22, 64, true));
        odd.put("unused attribute bits", Batches.patched(three, 21, 0x7f, true));
        odd.put("leader epoch given", Batches.patchedInt(three, 12, 42, false));
        odd.put("record length wrong", Batches.patched(three, 61, 60, true));
        odd.put("record length negative", Batches.patched(three, 61, 1, true));
        odd.put("offset delta wrong", Batches.patched(three, 64, 4, true));
        odd.put("producer id without epoch", Batches.patchedLong(three, 43, 900_001));
        odd.put("transactional bit", Batches.patched(three, 22, 16, true));
        odd.put("null key and value", Batches.of(CompressionType.NONE, record(TIME_MS, null, null)));
        odd.put("empty key and value", Batches.of(CompressionType.NONE, record(TIME_MS, "", "")));
        odd.put("no timestamp", Batches.of(CompressionType.NONE, record(-1, "k", "v")));
        odd.put(
                "headers",
                Batches.of(
                        CompressionType.NONE,
                        new SimpleRecord(
                                TIME_MS,
                                Batches.bytes("k"),
                                Batches.bytes("v"),
                                new org.apache.kafka.common.header.Header[] {
                                    new org.apache.kafka.common.header.internals.RecordHeader("h", null),
                                    new org.apache.kafka.common.header.internals.RecordHeader("h", new byte[3])
                                })));
        return odd;
    }
}
