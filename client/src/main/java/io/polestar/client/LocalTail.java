package io.polestar.client;

import io.polestar.protocol.pattern.TopicPattern;
import io.polestar.storage.LogStore.StoredPartition;
import io.polestar.storage.chronicle.LocalLogs;
import io.polestar.storage.chronicle.LogFollower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads topics beside the broker, through a mapping of its files: the records that a Kafka consumer gets with
 * {@code isolation.level=read_uncommitted}, with the same offsets and bytes, and none that is not committed. In order of
 * offset within a partition. Nothing is committed for a group. For one thread, which polls it.
 */
public final class LocalTail implements AutoCloseable {
    private static final long LOOK_FOR_TOPICS_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LocalLogs logs;
    private final TopicPattern pattern;
    private final long fromOffset;
    private final Map<StoredPartition, LogFollower> known = new HashMap<>();
    private final BufferSupplier buffers = BufferSupplier.create();
    private LogFollower[] followers = new LogFollower[0];
    private long lookedAtNs;

    LocalTail(Path dataDirectory, TopicPattern pattern, long fromOffset) {
        this.pattern = pattern;
        this.fromOffset = fromOffset;
        try {
            this.logs = new LocalLogs(dataDirectory);
            look();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the data directory " + dataDirectory, e);
        }
    }

    /**
     * Gives the handler what is there, at most one record batch of each partition, and returns at once. Topics that match
     * and are new are seen within about 100 ms, as are a broker that stopped and one that started.
     *
     * @return how many records it was given
     * @throws UncheckedIOException if a file cannot be read
     * @throws org.apache.kafka.common.errors.CorruptRecordException if a batch is damaged
     */
    public int poll(Consumer<Message> handler) {
        try {
            int count = 0;
            for (LogFollower follower : followers) {
                ByteBuffer batch = follower.next();
                if (batch != null) {
                    count += give(follower, batch, handler);
                }
            }
            if (count == 0 && System.nanoTime() - lookedAtNs > LOOK_FOR_TOPICS_NS) {
                look();
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void look() throws IOException {
        List<StoredPartition> now = new ArrayList<>();
        for (StoredPartition each : logs.partitions()) {
            if (pattern.matches(each.topicPartition().topic())) {
                now.add(each);
                known.computeIfAbsent(each, partition -> logs.follow(partition, fromOffset));
            }
        }
        for (Iterator<LogFollower> all = known.values().iterator(); all.hasNext(); ) {
            LogFollower follower = all.next();
            if (!now.contains(follower.partition())) {
                follower.close();
                all.remove();
            } else {
                follower.isServed();
            }
        }
        followers = known.values().toArray(LogFollower[]::new);
        lookedAtNs = System.nanoTime();
    }

    private int give(LogFollower follower, ByteBuffer bytes, Consumer<Message> handler) {
        MutableRecordBatch batch =
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
        batch.ensureValid();
        long from = follower.nextOffset();
        int count = 0;
        if (!batch.isControlBatch()) {
            try (CloseableIterator<Record> records = batch.streamingIterator(buffers)) {
                while (records.hasNext()) {
                    Record each = records.next();
                    if (each.offset() >= from) {
                        handler.accept(message(follower, each));
                        count++;
                    }
                }
            }
        }
        follower.stepOver();
        return count;
    }

    private static Message message(LogFollower follower, Record each) {
        var partition = follower.partition().topicPartition();
        return new Message(
                partition.topic(),
                partition.partition(),
                each.offset(),
                each.timestamp(),
                Utils.toNullableArray(each.key()),
                Utils.toNullableArray(each.value()),
                new RecordHeaders(each.headers()));
    }

    /** Unmaps the files. */
    @Override
    public void close() {
        known.values().forEach(LogFollower::close);
        known.clear();
        followers = new LogFollower[0];
        buffers.close();
    }
}
