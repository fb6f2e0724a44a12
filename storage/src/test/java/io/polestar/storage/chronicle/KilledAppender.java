package io.polestar.storage.chronicle;

import io.polestar.storage.Batch;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The process that {@link KillTest} kills: appends until then, and notes in a mapped file what it has acknowledged. */
final class KilledAppender {

    static final TopicPartition PARTITION = new TopicPartition("killed", 0);
    static final Uuid TOPIC_ID = new Uuid(47, 11);
    /** Segments so small that a kill often meets the beginning of one. */
    static final LogSettings SETTINGS = new LogSettings(64 << 10, Long.MAX_VALUE, 1 << 20);

    private KilledAppender() {}

    /** @param arguments the data directory and the file of the acknowledged end offset */
    public static void main(String[] arguments) throws IOException {
        ChronicleLogStore store = new ChronicleLogStore(Path.of(arguments[0]));
        PartitionLog log = store.open(PARTITION, TOPIC_ID, SETTINGS);
        MappedByteBuffer acknowledged = acknowledged(Path.of(arguments[1]));
        while (true) {
            log.append(batchAt(log.endOffset()));
            acknowledged.putLong(0, log.endOffset());
            log.publish(log.endOffset(), log.endOffset());
            if (log.endOffset() % 5000 == 0) {
                log.trimTo(log.endOffset() - 2500);
            }
        }
    }

    static ByteBuffer batchAt(long offset) {
        int valueBytes = offset % 50 == 49 ? 200_000 : (int) (offset * 31 % 3000);
        return Batch.at(offset).valueBytes(valueBytes).buildDirect();
    }

    static MappedByteBuffer acknowledged(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }
}
