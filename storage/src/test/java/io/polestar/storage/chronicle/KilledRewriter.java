package io.polestar.storage.chronicle;

import io.polestar.storage.Batch;
import io.polestar.storage.BatchHeader;
import io.polestar.storage.BatchRewriter;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The process that {@link RewriteKillTest} kills: appends, rewrites segments and cuts the tail until then, and notes in a
 * mapped file what must be there.
 */
final class KilledRewriter {

    static final TopicPartition PARTITION = new TopicPartition("rewritten", 0);
    static final Uuid TOPIC_ID = new Uuid(47, 12);
    static final LogSettings SETTINGS = new LogSettings(20_000, Long.MAX_VALUE, 1 << 20);

    /** Longs in the mapped file. */
    static final int END = 0;

    static final int EPOCH = 8;
    static final int CHANGES = 16;

    private final PartitionLog log;
    private final MappedByteBuffer noted;
    private final Random random;
    private int epoch;

    private KilledRewriter(PartitionLog log, MappedByteBuffer noted) {
        this.log = log;
        this.noted = noted;
        this.epoch = (int) noted.getLong(EPOCH);
        this.random = new Random(epoch);
        nextEpoch();
    }

    /** @param arguments the data directory and the mapped file */
    public static void main(String[] arguments) throws IOException {
        ChronicleLogStore store = new ChronicleLogStore(Path.of(arguments[0]));
        PartitionLog log = store.open(PARTITION, TOPIC_ID, SETTINGS);
        new KilledRewriter(log, noted(Path.of(arguments[1]))).run();
    }

    private void run() {
        while (true) {
            append(20 + random.nextInt(60));
            if (random.nextInt(4) == 0) {
                cut();
            } else {
                rewrite();
            }
            noted.putLong(CHANGES, noted.getLong(CHANGES) + 1);
        }
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            log.append(batchAt(log.endOffset(), epoch));
            noted.putLong(END, log.endOffset());
        }
    }

    /** What takes the place of the tail is told apart from it by its epoch. */
    private void cut() {
        long target = Math.max(0, log.endOffset() - random.nextInt(200));
        noted.putLong(END, Math.min(target, lastKeptBelow(target) + 1));
        log.truncateTo(target);
        nextEpoch();
    }

    private static long lastKeptBelow(long offset) {
        return (offset - 1) / 10 * 10;
    }

    private void nextEpoch() {
        epoch++;
        noted.putLong(EPOCH, epoch);
    }

    private void rewrite() {
        List<SegmentInfo> segments = log.segments();
        int last = segments.size() - 1;
        int from = Math.max(0, last - 1 - random.nextInt(12));
        log.rewrite(segments.get(from).baseOffset(), segments.get(last).baseOffset(), dropSome());
    }

    private BatchRewriter dropSome() {
        int factor = 2 + random.nextInt(5);
        long lastOffset = log.endOffset() - 1;
        return batch -> {
            long offset = BatchHeader.baseOffset(batch, batch.position());
            boolean kept = isAlwaysKept(offset) || offset % factor == 0 || offset == lastOffset;
            return kept ? Optional.of(batch) : Optional.empty();
        };
    }

    static boolean isAlwaysKept(long offset) {
        return offset % 10 == 0;
    }

    static ByteBuffer batchAt(long offset, int epoch) {
        return Batch.at(offset)
                .leaderEpoch(epoch)
                .valueBytes((int) (offset * 31 % 700))
                .build();
    }

    static MappedByteBuffer noted(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.READ_WRITE, 0, CHANGES + Long.BYTES);
        }
    }
}
