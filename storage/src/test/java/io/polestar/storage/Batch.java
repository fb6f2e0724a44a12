package io.polestar.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Builds record batches for tests: {@code Batch.at(5).records(3).build()} holds offsets 5, 6 and 7. */
public final class Batch {

    private final long baseOffset;
    private int leaderEpoch;
    private int valueBytes = 10;
    private long[] timestampsMs = {1000};
    private Compression compression = Compression.NONE;

    private Batch(long baseOffset) {
        this.baseOffset = baseOffset;
    }

    public static Batch at(long baseOffset) {
        return new Batch(baseOffset);
    }

    public Batch records(int count) {
        return timestamps(IntStream.range(0, count).mapToLong(i -> 1000 + i).toArray());
    }

    /** One record for each. */
    public Batch timestamps(long... newTimestampsMs) {
        timestampsMs = newTimestampsMs;
        return this;
    }

    public Batch leaderEpoch(int epoch) {
        leaderEpoch = epoch;
        return this;
    }

    public Batch valueBytes(int bytes) {
        valueBytes = bytes;
        return this;
    }

    public Batch compressed() {
        compression = Compression.gzip().build();
        return this;
    }

    /** A heap buffer; the content follows from the base offset. */
    public ByteBuffer build() {
        Random random = new Random(baseOffset);
        SimpleRecord[] records = Arrays.stream(timestampsMs)
                .mapToObj(timestampMs -> record(timestampMs, random))
                .toArray(SimpleRecord[]::new);
        return MemoryRecords.withRecords(baseOffset, compression, leaderEpoch, records)
                .buffer();
    }

    private SimpleRecord record(long timestampMs, Random random) {
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        return new SimpleRecord(timestampMs, ("key-" + baseOffset).getBytes(StandardCharsets.UTF_8), value);
    }

    public ByteBuffer buildDirect() {
        ByteBuffer heap = build();
        ByteBuffer direct = ByteBuffer.allocateDirect(heap.remaining());
        return direct.put(heap).flip();
    }
}
