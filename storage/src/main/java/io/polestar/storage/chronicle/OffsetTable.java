package io.polestar.storage.chronicle;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.ByteBufferUnmapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each partition may be read: a file that the broker maps and other processes on the machine read, one slot of 64
 * bytes a partition. It is made anew at each start and says nothing that must survive. The owner's methods are safe
 * for use from any thread; a slot has one writer at a time.
 */
final class OffsetTable implements AutoCloseable {

    static final String FILE = "offsets.table";

    static final int SLOTS = 1 << 18;

    /** Nothing is known of the partition any more: its log was closed or deleted, or the broker started anew. */
    static final long GONE = -1;

    private static final long FORMAT = 'P' << 24 | 'O' << 16 | 'T' << 8 | 1;
    private static final int HEADER_BYTES = 64;
    private static final int SLOT_BYTES = 64;
    private static final int USED = 8;
    private static final int PAGE_BYTES = 4096;

    /** So many others are released before a slot is used again: a store that comes late meets nobody. */
    private static final int REUSED_BEHIND = 1024;

    private static final int TOPIC_HIGH = 0;
    private static final int TOPIC_LOW = 8;
    private static final int PARTITION = 16;
    private static final int COMMITTED = 24;
    private static final int STABLE = 32;
    private static final int START = 40;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final Logger LOG = LoggerFactory.getLogger(OffsetTable.class);

    private final Path file;
    private final ByteBuffer memory;
    private final Deque<Integer> free = new ArrayDeque<>();

    /** The owner's: up to here the file has blocks on the disk. */
    private int writtenTo;

    private OffsetTable(Path file, ByteBuffer memory) {
        this.file = file;
        this.memory = memory;
    }

    /** For the owner of the data directory: takes the table over, empty. */
    static OffsetTable create(Path root) throws IOException {
        Path file = root.resolve(FILE);
        OffsetTable table = new OffsetTable(file, map(file, MapMode.READ_WRITE));
        table.writeTo(at((int) table.used()) + 1);
        LONG.setRelease(table.memory, 0, FORMAT);
        return table;
    }

    /** Zeros, page by page: on a full disk a write fails, where a store to the mapping would end the process. */
    private void writeTo(int end) throws IOException {
        int to = (end + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        if (to <= writtenTo) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(to - writtenTo);
            while (zeros.hasRemaining()) {
                channel.write(zeros, (long) writtenTo + zeros.position());
            }
        }
        writtenTo = to;
    }

    /**
     * For readers.
     *
     * @throws java.nio.file.NoSuchFileException if no broker of this version has had the directory
     */
    static OffsetTable read(Path root) throws IOException {
        Path file = root.resolve(FILE);
        OffsetTable table = new OffsetTable(file, map(file, MapMode.READ_ONLY));
        long format = (long) LONG.getAcquire(table.memory, 0);
        if (format == 0) {
            throw new NoSuchFileException(file.toString(), null, "it is being made");
        } else if (format != FORMAT) {
            throw new IOException(file + " is of another version of Polestar");
        }
        return table;
    }

    /** The file is sparse. A reader's mapping lives as long as somebody has the table. */
    private static ByteBuffer map(Path file, MapMode mode) throws IOException {
        StandardOpenOption[] options = mode == MapMode.READ_ONLY
                ? new StandardOpenOption[] {StandardOpenOption.READ}
                : new StandardOpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE
                };
        try (FileChannel channel = FileChannel.open(file, options)) {
            if (mode == MapMode.READ_ONLY && channel.size() < at(SLOTS)) {
                throw new NoSuchFileException(file.toString(), null, "it is being made");
            }
            return channel.map(mode, 0, at(SLOTS)).order(ByteOrder.nativeOrder());
        }
    }

    private static int at(int slot) {
        return HEADER_BYTES + slot * SLOT_BYTES;
    }

    private long used() {
        return Math.min(SLOTS, (long) LONG.getAcquire(memory, USED));
    }

    private void clear(int at) {
        LONG.setRelease(memory, at + TOPIC_HIGH, 0L);
        LONG.setRelease(memory, at + COMMITTED, GONE);
    }

    /** A partition's slot; one that tells nobody anything if the table is full. */
    synchronized Slot claim(Uuid topicId, int partition) {
        Integer reused = free.size() > REUSED_BEHIND ? free.poll() : null;
        int slot = reused == null ? (int) used() : reused;
        if (slot == SLOTS || !isWritten(slot)) {
            LOG.warn("partition={} of topic_id={} gets no slot; it cannot be read locally", partition, topicId);
            return new Slot(null, -1, topicId);
        }
        int at = at(slot);
        LONG.setRelease(memory, at + COMMITTED, GONE);
        LONG.setRelease(memory, at + PARTITION, (long) partition);
        LONG.setRelease(memory, at + TOPIC_LOW, topicId.getLeastSignificantBits());
        LONG.setRelease(memory, at + TOPIC_HIGH, topicId.getMostSignificantBits());
        if (reused == null) {
            LONG.setRelease(memory, USED, slot + 1L);
        }
        return new Slot(this, slot, topicId);
    }

    /** For the owner, when every slot was released: nobody may store to one any more. */
    @Override
    public void close() throws IOException {
        ByteBufferUnmapper.unmap(FILE, memory);
    }

    private boolean isWritten(int slot) {
        try {
            writeTo(at(slot + 1));
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be written", file, e);
            return false;
        }
    }

    private synchronized void release(int slot) {
        clear(at(slot));
        free.add(slot);
    }

    /** For readers: a partition's slot, if the broker has the partition open. */
    Optional<Slot> find(Uuid topicId, int partition) {
        long used = used();
        for (int slot = 0; slot < used; slot++) {
            Slot each = new Slot(this, slot, topicId);
            if (each.isOfTopic() && each.get(PARTITION) == partition && each.isOfTopic()) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** What is known of one partition. */
    static final class Slot {
        private final OffsetTable table;
        private final int slot;
        private final int at;
        private final long topicHigh;
        private final long topicLow;
        private volatile boolean released;

        private Slot(OffsetTable table, int slot, Uuid topicId) {
            this.table = table;
            this.slot = slot;
            this.at = at(Math.max(0, slot));
            this.topicHigh = topicId.getMostSignificantBits();
            this.topicLow = topicId.getLeastSignificantBits();
        }

        private long get(int field) {
            return (long) LONG.getAcquire(table.memory, at + field);
        }

        private boolean isOfTopic() {
            return get(TOPIC_HIGH) == topicHigh && get(TOPIC_LOW) == topicLow;
        }

        /** To be called when what is before these offsets was stored. */
        void publish(long committed, long stable, long start) {
            if (table != null && !released) {
                LONG.setRelease(table.memory, at + START, start);
                LONG.setRelease(table.memory, at + STABLE, stable);
                LONG.setRelease(table.memory, at + COMMITTED, committed);
            }
        }

        void release() {
            if (table != null && !released) {
                released = true;
                table.release(slot);
            }
        }

        /** The offset after the last one that may be read; {@link #GONE} for good if the slot is another's now. */
        long committed() {
            long committed = get(COMMITTED);
            return isOfTopic() ? committed : GONE;
        }

        /** The offset below which every transaction is decided. */
        long stable() {
            return get(STABLE);
        }

        /** The first offset that may be read. */
        long start() {
            return get(START);
        }
    }
}
